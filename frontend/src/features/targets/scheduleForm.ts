import type { Blackout, SchedulePreviewRequest, Target } from "../../api/types";
import { DAYS } from "./targetOptions";

/** When a target is scanned, as the form holds it: a simple choice and its details, or a text of one's own. */
export interface ScheduleDraft {
  kind: "daily" | "weekly" | "monthly" | "interval" | "custom" | "manual";
  time: string;
  days: string[];
  dayOfMonth: number | "";
  every: number | "";
  unit: "m" | "h" | "d";
  text: string;
  timeZone: string;
  missedRuns: "one" | "skip";
  paused: boolean;
  jitterMinutes: number | "";
  blackouts: BlackoutDraft[];
}

export interface BlackoutDraft {
  /** Tells one from another while they are added and removed. */
  key: number;
  days: string[];
  from: string;
  to: string;
  pauseRunning: boolean;
}

const DEFAULT = "0 3 * * *";

export function newSchedule(timeZone: string): ScheduleDraft {
  return {
    kind: "daily",
    time: "03:00",
    days: ["sunday"],
    dayOfMonth: 1,
    every: 6,
    unit: "h",
    text: DEFAULT,
    timeZone,
    missedRuns: "one",
    paused: false,
    jitterMinutes: 0,
    blackouts: [],
  };
}

export function scheduleDraftOf(target: Target): ScheduleDraft {
  return {
    ...newSchedule(target.timeZone),
    ...choiceOf(target.schedule),
    missedRuns: target.missedRuns,
    paused: target.schedulePaused,
    jitterMinutes: target.jitterMinutes,
    blackouts: target.blackouts.map((blackout, key) => ({
      key,
      days: [...blackout.days],
      from: blackout.from.slice(0, 5),
      to: blackout.to.slice(0, 5),
      pauseRunning: blackout.pauseRunning ?? false,
    })),
  };
}

/** A text as the simple choice that it is; what is none stays a text of one's own. */
export function choiceOf(schedule: string | null): Partial<ScheduleDraft> {
  if (schedule === null) {
    return { kind: "manual" };
  }
  const interval = /^@every (\d+)([mhd])$/.exec(schedule);
  if (interval) {
    return { kind: "interval", every: Number(interval[1]), unit: interval[2] as ScheduleDraft["unit"], text: schedule };
  }
  const [, minute, hour, day, weekdays] =
    /^(\d{1,2}) (\d{1,2}) (\*|\d{1,2}) \* (\*|[0-7](?:,[0-7])*)$/.exec(schedule) ?? [];
  if (minute === undefined || hour === undefined || day === undefined || weekdays === undefined) {
    return { kind: "custom", text: schedule };
  }
  const time = `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
  if (day === "*" && weekdays === "*") {
    return { kind: "daily", time, text: schedule };
  }
  if (day === "*") {
    const named = new Set(weekdays.split(",").map((number) => (Number(number) + 6) % 7));
    return { kind: "weekly", time, days: DAYS.filter((_, index) => named.has(index)), text: schedule };
  }
  return weekdays === "*"
    ? { kind: "monthly", time, dayOfMonth: Number(day), text: schedule }
    : { kind: "custom", text: schedule };
}

export function scheduleTextOf(draft: ScheduleDraft): string | null {
  const [hour = 0, minute = 0] = draft.time.split(":").map(Number);
  switch (draft.kind) {
    case "manual":
      return null;
    case "daily":
      return `${minute} ${hour} * * *`;
    case "weekly": {
      const days = DAYS.flatMap((day, index) => (draft.days.includes(day) ? [(index + 1) % 7] : []));
      // Without a day it is no line at all, and the server says so.
      return `${minute} ${hour} * * ${days.join(",")}`;
    }
    case "monthly":
      return `${minute} ${hour} ${draft.dayOfMonth} * *`;
    case "interval":
      return `@every ${draft.every}${draft.unit}`;
    case "custom":
      return draft.text.trim();
  }
}

export function blackoutsOf(draft: ScheduleDraft): Blackout[] {
  return draft.blackouts.map(({ days, from, to, pauseRunning }) => ({ days, from, to, pauseRunning }));
}

/** What the server is asked to explain. */
export function previewRequestOf(draft: ScheduleDraft): SchedulePreviewRequest {
  return {
    schedule: scheduleTextOf(draft),
    timeZone: draft.timeZone,
    blackouts: blackoutsOf(draft),
    jitterMinutes: draft.jitterMinutes === "" ? 0 : draft.jitterMinutes,
  };
}

export function newBlackout(others: readonly BlackoutDraft[]): BlackoutDraft {
  const key = Math.max(-1, ...others.map((other) => other.key)) + 1;
  return { key, days: DAYS.slice(0, 5), from: "08:00", to: "18:00", pauseRunning: false };
}

/** Those that this browser knows, and the one that stands there, which it may not. */
export function timeZones(current: string): string[] {
  return [...new Set(["UTC", current, ...Intl.supportedValuesOf("timeZone")])];
}
