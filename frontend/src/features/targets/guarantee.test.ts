import { expect, test } from "vitest";
import type { Target } from "../../api/types";
import { describeGuarantee } from "./guarantee";

const HOLDS = {
  evaluatedAt: "2026-11-21T03:10:00Z",
  oldestVerifiedAt: "2026-10-01T03:00:00Z",
  filesOverdue: 0,
  neededBytesPerDay: 1024 ** 3,
  measuredBytesPerDay: 1024 ** 4,
  canBeMet: true,
  obstacle: null,
  breachedSince: null,
} satisfies Target["guarantee"];

function said(changes: Partial<NonNullable<Target["guarantee"]>> | null): string {
  return describeGuarantee({ guarantee: changes && { ...HOLDS, ...changes }, verifyWithinDays: 90 });
}

test("a guarantee says what it needs and what the storage gave", () => {
  expect(said({})).toBe("Holds: it needs 1 GiB a day, the storage gave 1 TiB a day.");
  expect(said({ canBeMet: false, obstacle: "rate", measuredBytesPerDay: 1024 ** 2 })).toBe(
    "Cannot be kept: it needs 1 GiB a day, the storage gave at best 1 MiB a day.",
  );
});

test("what is not known is not called kept", () => {
  expect(said(null)).toBe("not looked at yet");
  expect(said({ canBeMet: null, obstacle: "no-schedule" })).toBe("Not known: it is scanned by hand only.");
  expect(said({ canBeMet: null, measuredBytesPerDay: null, neededBytesPerDay: null })).toBe(
    "Holds so far: it needs an unknown amount a day; how fast the storage is has not been measured.",
  );
});

test("a breach comes before its cause", () => {
  expect(said({ filesOverdue: 3, breachedSince: "2026-11-20T00:00:00Z", canBeMet: false, obstacle: "rate" })).toBe(
    "Broken: 3 files not re-read within 90 days.",
  );
});
