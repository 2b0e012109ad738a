import { useQuery } from "@tanstack/react-query";
import { api, send } from "../../api/client";
import { keys } from "../../api/keys";
import { given, usePages } from "../../api/pages";
import type { Change, FileRecord } from "../../api/types";
import { useAction } from "../../api/useAction";

export interface FileFilter {
  target?: number | undefined;
  path?: string | undefined;
  q?: string | undefined;
  state?: string | undefined;
}

export function useFiles(filter: FileFilter, limit = 50) {
  return usePages<FileRecord>(keys.fileList({ ...filter, limit }), (cursor, signal) =>
    send(api.GET("/api/v1/files", { params: { query: { limit, ...given(filter), ...cursor } }, signal })),
  );
}

export function useFile(id: number) {
  return useQuery({
    queryKey: keys.file(id),
    queryFn: ({ signal }) => send(api.GET("/api/v1/files/{id}", { params: { path: { id } }, signal })),
  });
}

export function useFileHistory(id: number) {
  return usePages<Change>(keys.fileHistory(id), (cursor, signal) =>
    send(api.GET("/api/v1/files/{id}/history", { params: { path: { id }, query: cursor }, signal })),
  );
}

export function useAcceptFile(id: number) {
  return useAction({
    run: (reason: string) =>
      send(api.POST("/api/v1/files/{id}/accept", { params: { path: { id } }, body: { reason } })),
    done: () => "Accepted: this content is the baseline of the file from now on.",
    changes: [keys.files, keys.changes, keys.targets, keys.overview],
  });
}
