import { type InfiniteData, type QueryClient, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useSyncExternalStore } from "react";
import { keys } from "./keys";
import { type Liveness, liveness, onLivenessChange, setLiveness } from "./liveness";
import type { components, paths } from "./schema";
import type { Page, Scan, Target } from "./types";

const EVENTS_URL = "/api/v1/events" satisfies keyof paths;
const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 30_000;
/** The server ends each stream after some minutes, and the browser comes back after two seconds: nothing to worry about. */
const GRACE_MS = 5_000;
/** A scan may report changes twice a second; refetching a list that often helps nobody. */
const REFRESH_MS = 2_000;

type Schemas = components["schemas"];

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

  let grace: ReturnType<typeof setTimeout> | undefined;
  let lastEventId = "";

  function listen(name: keyof EventData, act: (data: string) => void) {
    source?.addEventListener(name, (event) => {
      lastEventId = event.lastEventId || lastEventId;
      act(event.data);
    });
  }

  function open() {
    // A browser that comes back by itself says where it was; a new source has to be told.
    source = new EventSource(lastEventId ? `${EVENTS_URL}?lastEventId=${encodeURIComponent(lastEventId)}` : EVENTS_URL);
    listen("hello", () => {
      delayMs = FIRST_RETRY_MS;
      clearTimeout(grace);
      grace = undefined;
      setLiveness("live");
    });
    // What was missed is told again, unless it is too much: then everything is read anew.
    listen("reset", () => void cache.invalidateQueries());
    listen("scan", (data) => {
      const scan = JSON.parse(data) as EventData["scan"];
      applyScan(cache, scan);
      // Progress only changes numbers; a scan's first sign of life and its end change what the lists hold.
      if (scan.endedAt !== null || !announced.has(scan.id)) {
        announced.add(scan.id);
        refresh.soon(keys.scans, keys.targets, keys.overview, keys.schedulerStatus);
      }
    });
    listen("change", () => refresh.soon(keys.changes, keys.files, keys.overview, keys.targets));
    listen("target", () => refresh.soon(keys.targets, keys.overview));
    listen("webhook", () => refresh.soon(keys.webhooks));
    source.onerror = () => {
      if (source?.readyState === EventSource.CLOSED) {
        lost(cache);
      } else {
        grace ??= setTimeout(() => lost(cache), GRACE_MS);
      }
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
    clearTimeout(grace);
    refresh.stop();
    source?.close();
    setLiveness("waiting");
  };
}

/** Until it is live again every query polls: each has to look once to see that. */
function lost(cache: QueryClient): void {
  const before = liveness();
  setLiveness("reconnecting");
  if (before === "live") {
    void cache.invalidateQueries();
  }
}

/** What the server's events say, by their names. */
interface EventData {
  hello: object;
  reset: object;
  scan: Scan;
  change: Schemas["ChangeEventView"];
  target: Schemas["TargetEventView"];
  webhook: Schemas["WebhookEventView"];
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
