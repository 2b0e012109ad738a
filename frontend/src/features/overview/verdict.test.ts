import { describe, expect, test } from "vitest";
import type { Scan } from "../../api/types";
import { verdictOf } from "./verdict";

const clean = {
  targets: 2,
  targetsOffline: 0,
  filesCorrupted: 0,
  filesTampered: 0,
  filesUnreadable: 0,
  unacknowledgedCorruptions: 0,
};

const intact = {
  name: "Photos",
  state: "online" as const,
  enabled: true,
  lastCompleteScanAt: "2026-11-21T03:00:00Z",
  lastScan: null,
  unknownRanges: 0,
};

describe("the verdict", () => {
  test("is good when all was looked at and nothing was found", () => {
    expect(verdictOf(clean, [intact, intact])).toEqual({
      tone: "good",
      sentence: "All 2 targets are intact.",
      reasons: [],
    });
    expect(verdictOf({ ...clean, targets: 1 }, [intact]).sentence).toBe("Your target is intact.");
  });

  test("counts the files that need somebody first", () => {
    const verdict = verdictOf({ ...clean, filesCorrupted: 3, targetsOffline: 1, filesUnreadable: 2 }, [intact]);
    expect(verdict.tone).toBe("bad");
    expect(verdict.sentence).toBe("3 files need you.");
    expect(verdict.reasons).toEqual(["3 files are corrupted", "1 target is out of reach", "2 files could not be read"]);
  });

  test("counts tampered files as damaged ones", () => {
    const verdict = verdictOf({ ...clean, filesCorrupted: 1, filesTampered: 2 }, [intact]);
    expect(verdict.tone).toBe("bad");
    expect(verdict.sentence).toBe("3 files need you.");
    expect(verdict.reasons).toEqual(["1 file is corrupted", "2 files were tampered with"]);
    expect(verdictOf({ ...clean, filesTampered: 1 }, [intact])).toMatchObject({
      tone: "bad",
      sentence: "1 file needs you.",
    });
  });

  test("tells of damage that is known although the rest is not", () => {
    const verdict = verdictOf({ ...clean, filesCorrupted: null, filesTampered: 1 }, [intact]);
    expect(verdict).toMatchObject({ tone: "bad", sentence: "1 file needs you." });
  });

  test("does not take an unknown count for none", () => {
    const verdict = verdictOf({ ...clean, filesCorrupted: null, filesTampered: null, filesUnreadable: null }, [intact]);
    expect(verdict.tone).toBe("warn");
    expect(verdict.reasons).toEqual(["how many files are damaged or unreadable is not known yet"]);
  });

  test("never calls a target intact that was not scanned to its end", () => {
    const verdict = verdictOf(clean, [intact, { ...intact, name: "New", lastCompleteScanAt: null }]);
    expect(verdict.tone).toBe("warn");
    expect(verdict.reasons).toEqual(["New has not been scanned completely yet"]);
  });

  test("does not call it intact after a scan that reached only part of it", () => {
    const verdict = verdictOf(clean, [{ ...intact, unknownRanges: 2 }]);
    expect(verdict.tone).toBe("warn");
    expect(verdict.reasons).toEqual(["2 folders of Photos could not be listed"]);
  });

  test("says of a storage that lets nobody in that it is out of reach, and once", () => {
    const denied = { ...intact, state: "denied" as const, lastScan: { status: "failed" } as Scan };
    const verdict = verdictOf({ ...clean, targetsOffline: 1 }, [intact, denied]);
    expect(verdict).toMatchObject({ tone: "bad", reasons: ["1 target is out of reach"] });
  });

  test("does not forget a corruption that healed before anybody saw it", () => {
    expect(verdictOf({ ...clean, unacknowledgedCorruptions: 1 }, [intact]).tone).toBe("bad");
  });

  test("of nothing watched is neither good nor bad", () => {
    expect(verdictOf({ ...clean, targets: 0 }, [])).toMatchObject({ tone: "quiet" });
  });
});
