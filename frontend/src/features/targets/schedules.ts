/** Schedules people choose most, as five-field cron. */
export const SCHEDULES = [
  { value: "0 3 * * *", label: "Every day at 03:00" },
  { value: "0 */6 * * *", label: "Every 6 hours" },
  { value: "0 * * * *", label: "Every hour" },
  { value: "0 3 * * 0", label: "Every Sunday at 03:00" },
  { value: "0 3 1 * *", label: "On the 1st of every month at 03:00" },
] as const;

/** A schedule in words where that is certain; else the cron line itself, which is never wrong. */
export function describeSchedule(schedule: string | null, timeZone: string): string {
  if (schedule === null) {
    return "By hand only";
  }
  const known = SCHEDULES.find(({ value }) => value === schedule);
  return `${known?.label ?? schedule} (${timeZone})`;
}
