import { describe, expect, it } from "vitest";
import { waitWords } from "./progress";

const queued = { status: "queued", control: null } as const;

describe("waitWords", () => {
  it("says the place of a scan that waits for a scanner", () => {
    expect(waitWords({ ...queued, waitsFor: "scanner", queuePosition: 1 })).toBe(
      "waiting for a free scanner, next in the queue",
    );
    expect(waitWords({ ...queued, waitsFor: "scanner", queuePosition: 7 })).toBe(
      "waiting for a free scanner, number 7 in the queue",
    );
  });

  it("says why a scan has no place yet", () => {
    expect(waitWords({ ...queued, waitsFor: "blackout" })).toBe("waiting for the end of a blackout");
    expect(waitWords({ ...queued, waitsFor: "time" })).toBe("waiting for its time");
  });

  it("says nothing of a scan that does not wait", () => {
    expect(waitWords({ status: "running", control: null })).toBeUndefined();
  });
});
