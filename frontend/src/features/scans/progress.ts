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
