import { expect, test } from "vitest";
import type { Setting } from "../../api/types";
import { withDefaults } from "./targetDefaults";
import { newDraft } from "./targetForm";

function settings(values: Record<string, unknown>, updatedAt: string | null = null): Setting[] {
  return Object.entries(values).map(([key, value]) => ({ key, value, updatedAt }) as Setting);
}

test("A new target begins as the settings say", () => {
  const draft = withDefaults(
    newDraft(),
    settings({
      default_schedule: "30 4 * * 1",
      default_checksum_algorithm: "sha256",
      default_sample_percent: 2.5,
      default_verify_within_days: 45,
      default_large_change_count: 0,
      default_large_change_bytes: 5 * 1024 ** 3,
    }),
  );

  expect(draft).toMatchObject({
    schedule: { kind: "weekly", time: "04:30", days: ["monday"], text: "30 4 * * 1" },
    checksumAlgorithm: "sha256",
    samplePercent: 2.5,
    verifyWithinDays: 45,
    largeChangeCount: "",
    largeChangePercent: 5,
    largeChangeGib: 5,
  });
});

test("Without settings it begins as it always did", () => {
  expect(withDefaults(newDraft(), [])).toEqual(newDraft());
});

test("The person's time zone gives way only to one that somebody chose", () => {
  const own = newDraft().schedule.timeZone;

  const zone = (updatedAt: string | null) =>
    withDefaults(newDraft(), settings({ default_time_zone: "Asia/Tokyo" }, updatedAt)).schedule.timeZone;

  expect(zone(null)).toBe(own);
  expect(zone("2026-01-01T00:00:00Z")).toBe("Asia/Tokyo");
});
