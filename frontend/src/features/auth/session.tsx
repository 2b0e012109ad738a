import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { api, send } from "../../api/client";
import { keys } from "../../api/keys";
import { queryClient } from "../../api/queryClient";
import type { Role, Session } from "../../api/types";
import { useAction } from "../../api/useAction";
import { may } from "./roles";

/** Who is signed in, and whether anybody can be yet. */
export function useSession() {
  return useQuery({
    queryKey: keys.session,
    queryFn: ({ signal }) => send(api.GET("/api/v1/auth/session", { signal })),
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: false,
  });
}

export function useMay(needed: Role): boolean {
  return may(useSession().data?.user?.role, needed);
}

/** Shows its children only to those who may use them. */
export function IfMay({ needs, children }: { needs: Role; children: ReactNode }) {
  return useMay(needs) ? children : null;
}

/** Somebody else's answers must not be seen by who signs in next. */
function startSession(session: Session): null {
  queryClient.removeQueries({ predicate: (query) => query.queryKey[0] !== keys.session[0] });
  queryClient.setQueryData<Session>(keys.session, session);
  return null;
}

export function useSignIn() {
  return useAction({
    run: (body: { username: string; password: string }) => send(api.POST("/api/v1/auth/login", { body })),
    done: startSession,
    showsFailure: true,
  });
}

export function useSetup() {
  return useAction({
    run: (body: { token: string; username: string; password: string }) =>
      send(api.POST("/api/v1/auth/setup", { body })),
    done: startSession,
    showsFailure: true,
  });
}

export function useSignOut() {
  return useAction({
    run: () => send(api.POST("/api/v1/auth/logout")),
    done: ({ endSessionUrl }) => {
      const provider = queryClient.getQueryData<Session>(keys.session)?.provider ?? null;
      startSession({ setupRequired: false, user: null, csrfToken: null, provider });
      // Still signed in there, one click would sign in here again.
      if (endSessionUrl !== null) {
        window.location.assign(endSessionUrl);
      }
      return null;
    },
  });
}

export function useSessions() {
  return useQuery({
    queryKey: keys.sessions,
    queryFn: ({ signal }) => send(api.GET("/api/v1/auth/sessions", { signal })),
  });
}

export function useEndSession() {
  return useAction({
    run: (id: number) => send(api.DELETE("/api/v1/auth/sessions/{id}", { params: { path: { id } } })),
    done: () => "That browser is signed out.",
    changes: [keys.sessions],
  });
}

export function useEndOtherSessions() {
  return useAction({
    run: (_: undefined) => send(api.DELETE("/api/v1/auth/sessions")),
    done: () => "Every other browser is signed out.",
    changes: [keys.sessions],
  });
}

export function useChangePassword() {
  return useAction({
    run: (body: { currentPassword: string; newPassword: string }) => send(api.POST("/api/v1/auth/password", { body })),
    done: () => "Your password was changed.",
    showsFailure: true,
  });
}
