import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ConnectionNote } from "../app/ConnectionNote";
import { EventsProvider } from "./events";
import { keys } from "./keys";
import { isLive } from "./liveness";
import type { Scan } from "./types";

/** The browser's event source, spoken to by the test instead of a server. */
class FakeEventSource extends EventTarget {
  static readonly CLOSED = 2;
  static opened: FakeEventSource[] = [];
  readyState = 0;
  onerror: (() => void) | null = null;

  constructor(readonly url: string) {
    super();
    FakeEventSource.opened.push(this);
  }

  say(type: string, data: unknown, lastEventId = ""): void {
    this.dispatchEvent(new MessageEvent(type, { data: JSON.stringify(data), lastEventId }));
  }

  fail(readyState: number): void {
    this.readyState = readyState;
    this.onerror?.();
  }

  close(): void {
    this.readyState = FakeEventSource.CLOSED;
  }
}

const scan = { id: 7, targetId: 1, status: "running", endedAt: null, filesSeen: 10 } as Scan;
let cache: QueryClient;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", FakeEventSource);
  FakeEventSource.opened = [];
  cache = new QueryClient();
  render(
    <QueryClientProvider client={cache}>
      <EventsProvider>
        <ConnectionNote />
      </EventsProvider>
    </QueryClientProvider>,
  );
});

afterEach(() => vi.useRealTimers());

function source(): FakeEventSource {
  const last = FakeEventSource.opened.at(-1);
  if (!last) {
    throw new Error("Nothing was opened.");
  }
  return last;
}

describe("events of the server", () => {
  test("move a scan on without a request, keeping what the event leaves out", () => {
    const segments = [{ ordinal: 0, status: "running" as const, scanner: "a", checkpoint: null, attempt: 1 }];
    cache.setQueryData(keys.scan(7), { ...scan, segments });
    cache.setQueryData(keys.scanList({}), { pages: [{ items: [scan], nextCursor: null }], pageParams: [null] });

    act(() => source().say("scan", { ...scan, filesSeen: 500 }));

    expect(cache.getQueryData(keys.scan(7))).toMatchObject({ filesSeen: 500, segments });
    expect(cache.getQueryData(keys.scanList({}))).toMatchObject({ pages: [{ items: [{ filesSeen: 500 }] }] });
  });

  test("of changes refresh the lists once, however many come", () => {
    const refreshed = vi.spyOn(cache, "invalidateQueries");

    act(() => {
      source().say("change", { targetId: 1, scanId: 7, changes: 1 });
      source().say("change", { targetId: 1, scanId: 7, changes: 900 });
      vi.advanceTimersByTime(2_000);
    });

    expect(refreshed.mock.calls.filter(([filter]) => filter?.queryKey === keys.changes)).toHaveLength(1);
  });

  test("that stop are said aloud, and asked for again from where they stopped", () => {
    act(() => source().say("hello", {}, "here"));
    expect(isLive()).toBe(true);
    const refreshed = vi.spyOn(cache, "invalidateQueries");

    act(() => source().fail(FakeEventSource.CLOSED));
    expect(screen.getByText("Reconnecting")).toBeDefined();
    expect(isLive()).toBe(false);
    expect(refreshed).toHaveBeenCalledTimes(1);

    act(() => vi.advanceTimersByTime(2_000));
    expect(FakeEventSource.opened).toHaveLength(2);
    expect(source().url).toBe("/api/v1/events?lastEventId=here");

    act(() => source().say("hello", {}));
    expect(screen.queryByText("Reconnecting")).toBeNull();
    expect(refreshed).toHaveBeenCalledTimes(1);
  });

  test("that cannot be told again have everything read anew", () => {
    act(() => source().say("hello", {}, "here"));
    const refreshed = vi.spyOn(cache, "invalidateQueries");

    act(() => source().say("reset", {}, "there"));

    expect(refreshed).toHaveBeenCalledExactlyOnceWith();
  });

  test("that the browser itself asks for again are not asked for twice, and missed only when it takes long", () => {
    act(() => source().say("hello", {}, "here"));

    act(() => source().fail(0));
    act(() => vi.advanceTimersByTime(4_000));
    expect(isLive()).toBe(true);

    act(() => vi.advanceTimersByTime(56_000));
    expect(isLive()).toBe(false);
    expect(FakeEventSource.opened).toHaveLength(1);

    act(() => source().say("hello", {}));
    expect(isLive()).toBe(true);
  });

  test("of webhooks refresh how they stand", () => {
    const refreshed = vi.spyOn(cache, "invalidateQueries");

    act(() => {
      source().say("webhook", { webhookId: 2, state: "failing" });
      vi.advanceTimersByTime(2_000);
    });

    expect(refreshed).toHaveBeenCalledExactlyOnceWith({ queryKey: keys.webhooks });
  });
});
