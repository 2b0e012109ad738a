import type { Target } from "../../api/types";
import { formatBytes, formatPlural } from "../../ui/format";

type Promised = Pick<Target, "guarantee" | "verifyWithinDays">;

/** Whether every file is re-read within the days promised, in one sentence. What is not known reads so. */
export function describeGuarantee({ guarantee, verifyWithinDays: days }: Promised): string {
  if (!guarantee) {
    return "not looked at yet";
  }

  if (guarantee.breachedSince) {
    return `Broken: ${formatPlural(guarantee.filesOverdue, "file")} not re-read within ${days} days.`;
  }

  switch (guarantee.obstacle) {
    case "disabled":
      return "None while the target is off.";
    case "no-schedule":
      return "Not known: it is scanned by hand only.";
    case "schedule":
      return `Cannot be kept: the runs are more than ${days} days apart.`;
    case "rate":
      return `Cannot be kept: it needs ${perDay(guarantee.neededBytesPerDay)}, the storage gave at best ${perDay(guarantee.measuredBytesPerDay)}.`;
    default:
      return guarantee.canBeMet
        ? `Holds: it needs ${perDay(guarantee.neededBytesPerDay)}, the storage gave ${perDay(guarantee.measuredBytesPerDay)}.`
        : `Holds so far: it needs ${perDay(guarantee.neededBytesPerDay)}; how fast the storage is has not been measured.`;
  }
}

function perDay(bytes: number | null): string {
  return bytes === null ? "an unknown amount a day" : `${formatBytes(bytes)} a day`;
}
