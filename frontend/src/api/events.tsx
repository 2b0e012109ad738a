import { type InfiniteData, type QueryClient, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useSyncExternalStore } from "react";
import { keys } from "./keys";
import { type Liveness, liveness, onLivenessChange, setLiveness } from "./liveness";
import type { Page, Scan, Target } from "./types";

const EVENTS_URL = "/api/v1/events";
const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 30_000;
/** A scan may report changes twice a second; refetching a list that often helps nobody. */
const REFRESH_MS = 2_000;

/** Keeps the query cache current from the server's events while somebody is signed in. */
export function EventsProvider({ children }: { children: ReactNode }) {
  const cache = useQueryClient();
  useEffect(() => connect(cache), [cache]);
  return children;
}

/** Whether what is on screen is live. */
export function useEvents(): Liveness {
  return useSyncExternalStore(onLivenessChange, liveness);
}

function connect(cache: QueryClient): () => void {
  const refresh = new Refresher(cache);
  const announced = new Set<number>();
  let source: EventSource | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let delayMs = FIRST_RETRY_MS;

  function open() {
    source = new EventSource(EVENTS_URL);
    source.addEventListener("hello", () => {
      delayMs = FIRST_RETRY_MS;
      change(cache, "live");
    });
    source.addEventListener("scan", (event) => {
      const scan = JSON.parse(event.data) as Scan;
      applyScan(cache, scan);
      // Progress only changes numbers; a scan's first sign of life and its end change what the lists hold.
      if (scan.endedAt !== null || !announced.has(scan.id)) {
        announced.add(scan.id);
        refresh.soon(keys.scans, keys.targets, keys.overview, keys.schedulerStatus);
      }
    });
    source.addEventListener("change", () => refresh.soon(keys.changes, keys.files, keys.overview, keys.targets));
    source.addEventListener("target", () => refresh.soon(keys.targets, keys.overview));
    source.onerror = () => {
      change(cache, "reconnecting");
      // The browser retries a broken connection by itself, but gives up on an answer such as 401 or 502.
      if (source?.readyState === EventSource.CLOSED) {
        retry = setTimeout(open, delayMs);
        delayMs = Math.min(delayMs * 2, LONGEST_RETRY_MS);
      }
    };
  }

  open();
  return () => {
    clearTimeout(retry);
    refresh.stop();
    source?.close();
    setLiveness("waiting");
  };
}

/** Both ways: what was missed while away is fetched, and every query looks again whether it has to poll. */
function change(cache: QueryClient, next: Liveness): void {
  const before = liveness();
  setLiveness(next);
  if (next !== before && before !== "waiting") {
    void cache.invalidateQueries();
  }
}

/** Gathers the keys that need fetching, and fetches them together a little later. */
class Refresher {
  private readonly waiting = new Set<readonly string[]>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly cache: QueryClient) {}

  soon(...queryKeys: (readonly string[])[]): void {
    for (const key of queryKeys) {
      this.waiting.add(key);
    }
    this.timer ??= setTimeout(() => this.flush(), REFRESH_MS);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private flush(): void {
    this.timer = undefined;
    for (const queryKey of this.waiting) {
      void this.cache.invalidateQueries({ queryKey });
    }
    this.waiting.clear();
  }
}

type Lists<T> = InfiniteData<Page<T>>;

function applyScan(cache: QueryClient, scan: Scan): void {
  cache.setQueryData<Scan>(keys.scan(scan.id), (old) =>
    old ? { ...old, ...scan, segments: scan.segments ?? old.segments ?? null } : old,
  );
  cache.setQueriesData<Lists<Scan>>({ queryKey: keys.scanLists }, (old) =>
    mapItems(old, (item) => (item.id === scan.id ? { ...item, ...scan } : item)),
  );

  if (scan.endedAt === null) {
    const follow = (target: Target) => (target.id === scan.targetId ? { ...target, activeScan: scan } : target);
    cache.setQueryData<Lists<Target>>(keys.targetList, (old) => mapItems(old, follow));
    cache.setQueryData<Target>(keys.target(scan.targetId), (old) => (old ? follow(old) : old));
  }
}

function mapItems<T>(list: Lists<T> | undefined, change: (item: T) => T): Lists<T> | undefined {
  return list && { ...list, pages: list.pages.map((page) => ({ ...page, items: page.items.map(change) })) };
}
