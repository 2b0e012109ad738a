import type { Blackout, Target } from "../../api/types";
import { DAYS, dayLabel } from "./targetOptions";

type Scheduled = Pick<Target, "enabled" | "schedule" | "scheduleWords" | "schedulePaused" | "timeZone">;

/** When a target is scanned, in words. */
export function describeSchedule({ enabled, schedule, scheduleWords, schedulePaused, timeZone }: Scheduled): string {
  if (!enabled) {
    return "Switched off";
  }
  if (schedule === null) {
    return scheduleWords;
  }
  return `${scheduleWords} (${timeZone})${schedulePaused ? ", paused" : ""}`;
}

export function describeBlackout({ days, from, to, pauseRunning }: Blackout): string {
  const ordered = DAYS.filter((day) => days.includes(day)).map(dayLabel);
  const named = ordered.length === DAYS.length ? "every day" : ordered.join(", ");
  return `${named} ${from.slice(0, 5)} to ${to.slice(0, 5)}${pauseRunning ? ", pausing scans" : ""}`;
}
