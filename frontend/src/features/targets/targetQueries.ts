import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, send } from "../../api/client";
import { keys } from "../../api/keys";
import { usePages } from "../../api/pages";
import type { SchedulePreviewRequest, StorageSettings, Target, TargetRequest } from "../../api/types";
import { useAction } from "../../api/useAction";

/** More than anybody watches; beyond it the list still says "load more". */
const LIMIT = 200;

export function useTargets() {
  return usePages<Target>(keys.targetList, (cursor, signal) =>
    send(api.GET("/api/v1/targets", { params: { query: { limit: LIMIT, ...cursor } }, signal })),
  );
}

export function useTarget(id: number) {
  return useQuery({
    queryKey: keys.target(id),
    queryFn: ({ signal }) => send(api.GET("/api/v1/targets/{id}", { params: { path: { id } }, signal })),
  });
}

/** What a schedule means, before it is saved. */
export function useSchedulePreview(settings: SchedulePreviewRequest) {
  return useQuery({
    queryKey: keys.schedulePreview(settings),
    queryFn: ({ signal }) => send(api.POST("/api/v1/schedules/preview", { body: settings, signal })),
    placeholderData: keepPreviousData,
    retry: false,
  });
}

const AFFECTED = [keys.targets, keys.overview, keys.schedulerStatus];

export function useCreateTarget() {
  return useAction({
    run: (body: TargetRequest) => send(api.POST("/api/v1/targets", { body })),
    done: (target) => `${target.name} is watched now.`,
    changes: AFFECTED,
    showsFailure: true,
  });
}

export function useUpdateTarget(id: number) {
  return useAction({
    run: (body: TargetRequest) => send(api.PUT("/api/v1/targets/{id}", { params: { path: { id } }, body })),
    done: () => "Saved.",
    changes: AFFECTED,
    showsFailure: true,
  });
}

/** Tries a storage as it is typed. `id` is the target whose credentials it may use; null: there is none yet. */
export function useProbe(id: number | null) {
  return useAction({
    run: (body: StorageSettings) =>
      id === null
        ? send(api.POST("/api/v1/targets/probe", { body }))
        : send(api.POST("/api/v1/targets/{id}/probe", { params: { path: { id } }, body })),
    // What was tried successfully may be tried by scans again.
    changes: [keys.targets],
    showsFailure: true,
  });
}

export function useDeleteTarget(target: Pick<Target, "id" | "name">) {
  return useAction({
    run: () => send(api.DELETE("/api/v1/targets/{id}", { params: { path: { id: target.id } } })),
    done: () => `${target.name} is no longer watched.`,
    changes: [keys.overview, keys.schedulerStatus],
  });
}
