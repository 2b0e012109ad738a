import type { Overview, Target } from "../../api/types";
import type { Tone } from "../../ui/Badge";
import { formatCount } from "../../ui/format";

export interface Verdict {
  tone: Tone;
  sentence: string;
  /** What stands against "all is well", worst first. */
  reasons: string[];
}

type Counts = Pick<
  Overview,
  "targets" | "targetsOffline" | "filesCorrupted" | "filesTampered" | "filesUnreadable" | "unacknowledgedCorruptions"
>;
type Watched = Pick<Target, "name" | "state" | "enabled" | "lastCompleteScanAt" | "lastScan" | "unknownRanges">;

/** Is everything all right, in one sentence. It never says so of what was not looked at. */
export function verdictOf(counts: Counts, targets: readonly Watched[]): Verdict {
  if (counts.targets === 0) {
    return { tone: "quiet", sentence: "Nothing is watched yet.", reasons: [] };
  }

  const bad = badNews(counts);
  const unsure = doubts(counts, targets);
  if (bad.length > 0) {
    return { tone: "bad", sentence: badSentence(counts), reasons: [...bad, ...unsure] };
  }
  if (unsure.length > 0) {
    return { tone: "warn", sentence: unsureSentence(targets), reasons: unsure };
  }

  const sentence =
    counts.targets === 1 ? "Your target is intact." : `All ${formatCount(counts.targets)} targets are intact.`;
  return { tone: "good", sentence, reasons: [] };
}

/** Files that hold what nobody accepted; null: not known. One that is known counts, whatever else is not. */
export function damagedFiles({ filesCorrupted, filesTampered }: Pick<Counts, "filesCorrupted" | "filesTampered">) {
  const known = (filesCorrupted ?? 0) + (filesTampered ?? 0);
  return known > 0 || (filesCorrupted !== null && filesTampered !== null) ? known : null;
}

function badSentence(counts: Counts): string {
  const damaged = damagedFiles(counts) ?? 0;
  if (damaged > 0) {
    return `${count(damaged, "file needs", "files need")} you.`;
  }
  return counts.targetsOffline > 0
    ? `${count(counts.targetsOffline, "target is", "targets are")} out of reach.`
    : "Damage was found.";
}

function badNews(counts: Counts): string[] {
  const { filesCorrupted, filesTampered, targetsOffline, unacknowledgedCorruptions } = counts;
  const news: string[] = [];
  if (filesCorrupted !== null && filesCorrupted > 0) {
    news.push(`${count(filesCorrupted, "file is", "files are")} corrupted`);
  }
  if (filesTampered !== null && filesTampered > 0) {
    news.push(`${count(filesTampered, "file was", "files were")} tampered with`);
  }
  if (damagedFiles(counts) === 0 && unacknowledgedCorruptions > 0) {
    const cases = count(unacknowledgedCorruptions, "case of damage was", "cases of damage were");
    news.push(`${cases} found and healed since, but nobody acknowledged it`);
  }
  if (targetsOffline > 0) {
    news.push(`${count(targetsOffline, "target is", "targets are")} out of reach`);
  }
  return news;
}

function unsureSentence(targets: readonly Watched[]): string {
  const neverSeen = targets.filter((target) => target.lastCompleteScanAt === null).length;
  return neverSeen > 0 && neverSeen === targets.length
    ? "No scan has been completed yet."
    : "No damage was found, but not everything could be checked.";
}

function doubts(counts: Counts, targets: readonly Watched[]): string[] {
  const { filesUnreadable } = counts;
  const found: string[] = [];
  if (filesUnreadable !== null && filesUnreadable > 0) {
    found.push(`${count(filesUnreadable, "file", "files")} could not be read`);
  }

  for (const target of targets) {
    if (target.state === "offline" || target.state === "denied") {
      continue;
    }
    if (target.lastCompleteScanAt === null) {
      found.push(`${target.name} has not been scanned completely yet`);
    } else if (target.lastScan?.status === "failed" || target.lastScan?.status === "partial") {
      found.push(
        `the last scan of ${target.name} ${target.lastScan.status === "failed" ? "failed" : "was incomplete"}`,
      );
    } else if (target.unknownRanges > 0) {
      found.push(`${count(target.unknownRanges, "folder", "folders")} of ${target.name} could not be listed`);
    }
    if (!target.enabled) {
      found.push(`${target.name} is switched off`);
    }
  }
  if (found.length === 0 && (damagedFiles(counts) === null || filesUnreadable === null)) {
    found.push("how many files are damaged or unreadable is not known yet");
  }
  return found;
}

function count(number: number, one: string, many: string): string {
  return `${formatCount(number)} ${number === 1 ? one : many}`;
}
