import { api, send } from "../../api/client";
import { keys } from "../../api/keys";
import { given, usePages } from "../../api/pages";
import type { Change } from "../../api/types";
import { useAction } from "../../api/useAction";
import { formatPlural } from "../../ui/format";

export interface ChangeFilter {
  target?: number | undefined;
  scan?: number | undefined;
  type?: string | undefined;
  path?: string | undefined;
  acknowledged?: boolean | undefined;
}

export function useChanges(filter: ChangeFilter, limit = 50) {
  return usePages<Change>(keys.changeList({ ...filter, limit }), (cursor, signal) =>
    send(api.GET("/api/v1/changes", { params: { query: { limit, ...given(filter), ...cursor } }, signal })),
  );
}

export function useAcknowledge() {
  return useAction({
    run: (body: { ids: number[]; reason: string }) => send(api.POST("/api/v1/changes/acknowledge", { body })),
    done: ({ acknowledged }) => `${formatPlural(acknowledged, "change")} acknowledged.`,
    changes: [keys.changes, keys.overview, ["files", "history"]],
  });
}
