import { useQuery } from "@tanstack/react-query";
import { api, send } from "../../api/client";
import { keys } from "../../api/keys";
import type { MuteRequest, Severity } from "../../api/types";
import { useAction } from "../../api/useAction";

export function useMutes() {
  return useQuery({
    queryKey: keys.mutes,
    queryFn: ({ signal }) => send(api.GET("/api/v1/mutes", { signal })),
  });
}

export function useCreateMute() {
  return useAction({
    run: (body: MuteRequest) => send(api.POST("/api/v1/mutes", { body })),
    done: () => "It is kept quiet. What happens is still recorded.",
    changes: [keys.mutes],
    showsFailure: true,
  });
}

export function useDeleteMute() {
  return useAction({
    run: (id: number) => send(api.DELETE("/api/v1/mutes/{id}", { params: { path: { id } } })),
    done: () => "It is told again from now on.",
    changes: [keys.mutes],
  });
}

export function useSeverities() {
  return useQuery({
    queryKey: keys.severities,
    queryFn: ({ signal }) => send(api.GET("/api/v1/severities", { signal })),
  });
}

export function useChangeSeverities(targetId: number) {
  return useAction({
    // Null: as everywhere; the generator does not know.
    run: (changes: Record<string, Severity | null>) =>
      send(
        api.PUT("/api/v1/severities/{targetId}", {
          params: { path: { targetId } },
          body: changes as Record<string, Severity>,
        }),
      ),
    done: () => "Saved.",
    changes: [keys.severities],
  });
}
