import type { Scan } from "../../api/types";

/** How far a scan is, 0 to 100; null where nothing says how much there will be (a first scan). */
export function progressPercent(scan: Pick<Scan, "filesBefore" | "filesSeen" | "isBaseline">): number | null {
  if (scan.isBaseline || scan.filesBefore === null || scan.filesBefore === 0) {
    return null;
  }
  // New files can make it more than there were; done is said by the status alone.
  return Math.min(99, (scan.filesSeen / scan.filesBefore) * 100);
}

export function isActive(scan: Pick<Scan, "status">): boolean {
  return scan.status === "queued" || scan.status === "running" || scan.status === "paused";
}

/** What a scan is doing, with what it has been asked to do but did not reach yet. */
export function statusWords(scan: Pick<Scan, "status" | "control">): string | undefined {
  if (scan.status === "running" && scan.control === "pause") {
    return "Pausing";
  }
  if ((scan.status === "running" || scan.status === "paused") && scan.control === "cancel") {
    return "Cancelling";
  }
  return undefined;
}

/** What a scan waits for, in words; undefined once it runs or ended. */
export function waitWords(scan: Pick<Scan, "status" | "control" | "waitsFor" | "queuePosition">): string | undefined {
  const place = scan.queuePosition == null ? "" : `, ${formatPlace(scan.queuePosition)}`;
  switch (scan.waitsFor) {
    case "time":
      return "waiting for its time";
    case "blackout":
      return "waiting for the end of a blackout";
    case "room":
      return `waiting until others have ended: as many as the limits allow are running${place}`;
    case "scanner":
      return `waiting for a free scanner${place}`;
    default:
      return scan.status === "queued" ? "waiting for a free scanner" : undefined;
  }
}

function formatPlace(position: number): string {
  return position === 1 ? "next in the queue" : `number ${position} in the queue`;
}
