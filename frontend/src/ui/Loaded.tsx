import { Button, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { ApiError, messageFor } from "../api/problems";
import { EmptyState, Failure, Loading, StaleNote } from "./states";

interface Answer<T> {
  data: T | undefined;
  error: Error | null;
  refetch: () => unknown;
}

/**
 * Shows an answer of the API in its every state. A failed refresh keeps showing the last good answer, marked as old;
 * only a first failure takes the place of the page.
 */
export function Loaded<T>({
  query,
  what,
  children,
}: {
  query: Answer<T>;
  what: string;
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) {
    return (
      <>
        {query.error && <StaleNote message={messageFor(query.error)} />}
        {children(query.data)}
      </>
    );
  }
  if (query.error) {
    return <LoadFailure error={query.error} what={what} retry={() => void query.refetch()} />;
  }
  return <Loading what={what} />;
}

function LoadFailure({ error, what, retry }: { error: Error; what: string; retry: () => void }) {
  const status = error instanceof ApiError ? error.status : null;
  if (status === 404) {
    return <Failure title="Not found" message={messageFor(error)} />;
  }
  if (status === 403) {
    return (
      <Failure title="Not yours to see" message="Your role does not allow this. An administrator can change it." />
    );
  }
  return <Failure title={`Could not load ${what}`} message={messageFor(error)} retry={retry} />;
}

interface Rows<T> {
  items: T[] | undefined;
  error: Error | null;
  hasMore: boolean;
  isLoadingMore: boolean;
  loadMore: () => void;
  refetch: () => void;
}

interface LoadedRowsProps<T> {
  pages: Rows<T>;
  what: string;
  empty: ReactNode;
  children: (rows: T[]) => ReactNode;
}

/** A paged list in its every state, with "load more" while there is more. */
export function LoadedRows<T>({ pages, what, empty, children }: LoadedRowsProps<T>) {
  return (
    <Loaded query={{ data: pages.items, error: pages.error, refetch: pages.refetch }} what={what}>
      {(rows) =>
        rows.length === 0 ? (
          typeof empty === "string" ? (
            <EmptyState title={empty} />
          ) : (
            empty
          )
        ) : (
          <Stack gap={0}>
            {children(rows)}
            {pages.hasMore && (
              <Button variant="subtle" m="sm" loading={pages.isLoadingMore} onClick={pages.loadMore}>
                Load more
              </Button>
            )}
          </Stack>
        )
      }
    </Loaded>
  );
}
