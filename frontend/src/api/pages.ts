import { type QueryKey, useInfiniteQuery } from "@tanstack/react-query";
import type { Page } from "./types";

/** What a list page needs of its rows: all that is loaded so far, and how to get more. */
export interface Pages<T> {
  items: T[] | undefined;
  error: Error | null;
  isPending: boolean;
  hasMore: boolean;
  isLoadingMore: boolean;
  loadMore: () => void;
  refetch: () => void;
}

type Fetch<T> = (cursor: { cursor?: string }, signal: AbortSignal) => Promise<Page<T>>;

/** A keyset-paged list: the first page now, each further one on demand. */
export function usePages<T>(queryKey: QueryKey, fetchPage: Fetch<T>, enabled = true): Pages<T> {
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => fetchPage(pageParam === null ? {} : { cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
    enabled,
  });

  return {
    items: query.data?.pages.flatMap((page) => page.items),
    error: query.error,
    isPending: query.isPending,
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    loadMore: () => void query.fetchNextPage(),
    refetch: () => void query.refetch(),
  };
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined | ""> };

/** The filters that are set: an empty one is left out of the address instead of being sent as nothing. */
export function given<T extends object>(filter: T): Given<T> {
  const set = Object.entries(filter).filter(([, value]) => value !== undefined && value !== "");
  return Object.fromEntries(set) as Given<T>;
}
