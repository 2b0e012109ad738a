import { useQuery } from "@tanstack/react-query";
import { api, send } from "../../api/client";
import { keys } from "../../api/keys";
import { given, usePages } from "../../api/pages";
import type { AcceptedScan, Scan, ScanError } from "../../api/types";
import { useAction } from "../../api/useAction";

export interface ScanFilter {
  target?: number | undefined;
  status?: string | undefined;
}

export function useScans(filter: ScanFilter, limit = 50) {
  return usePages<Scan>(keys.scanList({ ...filter, limit }), (cursor, signal) =>
    send(api.GET("/api/v1/scans", { params: { query: { limit, ...given(filter), ...cursor } }, signal })),
  );
}

export function useScan(id: number) {
  return useQuery({
    queryKey: keys.scan(id),
    queryFn: ({ signal }) => send(api.GET("/api/v1/scans/{id}", { params: { path: { id } }, signal })),
  });
}

/** What went wrong, or what is never opened: no error, and listed beside them. */
export function useScanErrors(id: number, skipped: boolean) {
  return usePages<ScanError>(keys.scanErrors(id, skipped), (cursor, signal) =>
    send(api.GET("/api/v1/scans/{id}/errors", { params: { path: { id }, query: { skipped, ...cursor } }, signal })),
  );
}

const AFFECTED = [keys.scans, keys.targets, keys.overview];

export function useStartScan(targetId: number) {
  return useAction<"incremental" | "full", AcceptedScan>({
    run: (mode) => send(api.POST("/api/v1/targets/{id}/scans", { params: { path: { id: targetId } }, body: { mode } })),
    changes: AFFECTED,
  });
}

export function useScanAll() {
  return useAction({
    run: () => send(api.POST("/api/v1/scan/now")),
    done: ({ scanIds }) =>
      scanIds.length === 1 ? "One scan is on its way." : `${scanIds.length} scans are on their way.`,
    changes: AFFECTED,
  });
}

export type Control = "pause" | "resume" | "cancel";

const SAID: Readonly<Record<Control, string>> = {
  pause: "The scan pauses at its next checkpoint.",
  resume: "The scan goes on where it stopped.",
  cancel: "The scan is being cancelled. What it found until now stays.",
};

export function useControlScan(id: number) {
  const path = { params: { path: { id } } };
  return useAction<Control, AcceptedScan>({
    run: (control) => {
      switch (control) {
        case "pause":
          return send(api.POST("/api/v1/scans/{id}/pause", path));
        case "resume":
          return send(api.POST("/api/v1/scans/{id}/resume", path));
        case "cancel":
          return send(api.POST("/api/v1/scans/{id}/cancel", path));
      }
    },
    done: (_, control) => SAID[control],
    changes: AFFECTED,
  });
}
