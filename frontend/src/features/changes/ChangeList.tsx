import { LoadedRows } from "../../ui/Loaded";
import { EmptyState } from "../../ui/states";
import { ChangeItem, type Selection } from "./ChangeItem";
import { type ChangeFilter, useChanges } from "./changeQueries";

interface Props {
  filter: ChangeFilter;
  limit?: number;
  selection?: Selection | undefined;
  emptyTitle?: string;
}

/** The changes that match, newest first. */
export function ChangeList({ filter, limit, selection, emptyTitle = "No changes" }: Props) {
  const changes = useChanges(filter, limit);
  return (
    <LoadedRows
      pages={changes}
      what="changes"
      empty={
        <EmptyState title={emptyTitle}>
          Every scan after the first writes here what became different: added, modified, moved, deleted, corrupted or
          tampered files.
        </EmptyState>
      }
    >
      {(rows) => (
        <div>
          {rows.map((change) => (
            <ChangeItem key={change.id} change={change} selection={selection} />
          ))}
        </div>
      )}
    </LoadedRows>
  );
}
