import type { Setting } from "../../api/types";
import { choiceOf, scheduleTextOf } from "./scheduleForm";
import type { TargetDraft } from "./targetForm";

const GIB = 1024 ** 3;

/** A new target as this installation wants it. Its zone is the person's own, unless an administrator chose one. */
export function withDefaults(draft: TargetDraft, settings: readonly Setting[]): TargetDraft {
  const text = (key: string, otherwise: string) => {
    const value = settings.find((setting) => setting.key === key)?.value;
    return typeof value === "string" ? value : otherwise;
  };
  const number = (key: string, otherwise: number | "") => {
    const value = settings.find((setting) => setting.key === key)?.value;
    return typeof value === "number" ? value : otherwise;
  };
  // 0 stands for none.
  const threshold = (key: string, otherwise: number | "") => number(key, otherwise) || "";
  const schedule = text("default_schedule", scheduleTextOf(draft.schedule) ?? "");
  const bytes = threshold("default_large_change_bytes", draft.largeChangeGib === "" ? "" : draft.largeChangeGib * GIB);
  const zoneWasChosen = settings.some(({ key, updatedAt }) => key === "default_time_zone" && updatedAt !== null);
  return {
    ...draft,
    schedule: {
      ...draft.schedule,
      ...choiceOf(schedule),
      timeZone: zoneWasChosen ? text("default_time_zone", draft.schedule.timeZone) : draft.schedule.timeZone,
    },
    checksumAlgorithm: text("default_checksum_algorithm", draft.checksumAlgorithm),
    samplePercent: number("default_sample_percent", draft.samplePercent),
    verifyWithinDays: number("default_verify_within_days", draft.verifyWithinDays),
    largeChangeCount: threshold("default_large_change_count", draft.largeChangeCount),
    largeChangePercent: threshold("default_large_change_percent", draft.largeChangePercent),
    largeChangeGib: bytes === "" ? "" : bytes / GIB,
  };
}
