import { useQuery } from "@tanstack/react-query";
import { api, send } from "../../api/client";
import { keys } from "../../api/keys";
import { given, usePages } from "../../api/pages";
import type { ApiToken, AuditEntry, Role, SettingChanges, TokenRequest, User } from "../../api/types";
import { useAction } from "../../api/useAction";

export function useUsers() {
  return usePages<User>(keys.users, (cursor, signal) =>
    send(api.GET("/api/v1/users", { params: { query: cursor }, signal })),
  );
}

export function useCreateUser() {
  return useAction({
    run: (body: { username: string; password: string; role: Role }) => send(api.POST("/api/v1/users", { body })),
    done: ({ username }) => `${username} can sign in now.`,
    changes: [keys.users, keys.audit],
    showsFailure: true,
  });
}

export function useUpdateUser() {
  return useAction({
    run: ({ id, role, disabled }: { id: number; role: Role; disabled: boolean }) =>
      send(api.PUT("/api/v1/users/{id}", { params: { path: { id } }, body: { role, disabled } })),
    done: () => "Saved.",
    changes: [keys.users, keys.audit],
  });
}

export function useDeleteUser() {
  return useAction({
    run: (id: number) => send(api.DELETE("/api/v1/users/{id}", { params: { path: { id } } })),
    done: () => "The user was deleted.",
    changes: [keys.users, keys.audit],
  });
}

export function useTokens(mine: boolean) {
  return usePages<ApiToken>(keys.tokenList(mine), (cursor, signal) =>
    send(api.GET("/api/v1/tokens", { params: { query: { mine, ...cursor } }, signal })),
  );
}

export function useCreateToken() {
  return useAction({
    run: (body: TokenRequest) => send(api.POST("/api/v1/tokens", { body })),
    changes: [keys.tokens, keys.audit],
    showsFailure: true,
  });
}

export function useRevokeToken() {
  return useAction({
    run: (id: number) => send(api.DELETE("/api/v1/tokens/{id}", { params: { path: { id } } })),
    done: () => "The token no longer opens anything.",
    changes: [keys.tokens, keys.audit],
  });
}

/** @param q Text anywhere in an entry; empty: all entries. */
export function useAudit(q: string) {
  return usePages<AuditEntry>([...keys.audit, q], (cursor, signal) =>
    send(api.GET("/api/v1/audit", { params: { query: { ...cursor, ...given({ q }) } }, signal })),
  );
}

export function useVerifyAudit() {
  return useAction({
    run: (_: undefined) => send(api.GET("/api/v1/audit/verify")),
  });
}

export function useSchedulerStatus() {
  return useQuery({
    queryKey: keys.schedulerStatus,
    queryFn: ({ signal }) => send(api.GET("/api/v1/scheduler/status", { signal })),
  });
}

export function useSettings() {
  return useQuery({
    queryKey: keys.settings,
    queryFn: ({ signal }) => send(api.GET("/api/v1/settings", { signal })),
  });
}

export function useUpdateSettings() {
  return useAction({
    // The document says only that it is an object: which settings there are is the server's to say.
    run: (changes: SettingChanges) => send(api.PUT("/api/v1/settings", { body: changes as Record<string, never> })),
    done: () => "Saved.",
    changes: [keys.settings, keys.audit],
    showsFailure: true,
  });
}

/** While one is at work it is looked at often. */
export function useRetentionRuns() {
  return useQuery({
    queryKey: keys.retentionRuns,
    queryFn: ({ signal }) => send(api.GET("/api/v1/retention/runs", { signal })),
    refetchInterval: ({ state }) => (state.data?.items[0]?.endedAt === null ? 2_000 : false),
  });
}

export function useRunRetention() {
  return useAction({
    run: (_: undefined) => send(api.POST("/api/v1/retention/run")),
    done: () => "What is past its time is being removed.",
    changes: [keys.retentionRuns, keys.audit],
  });
}
