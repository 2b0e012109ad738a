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
  "targets" | "targetsOffline" | "filesCorrupted" | "filesUnreadable" | "unacknowledgedCorruptions"
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

function badSentence({ filesCorrupted, targetsOffline }: Counts): string {
  if (filesCorrupted !== null && filesCorrupted > 0) {
    return `${count(filesCorrupted, "file needs", "files need")} you.`;
  }
  return targetsOffline > 0
    ? `${count(targetsOffline, "target is", "targets are")} out of reach.`
    : "Damage was found.";
}

function badNews({ filesCorrupted, targetsOffline, unacknowledgedCorruptions }: Counts): string[] {
  const news: string[] = [];
  if (filesCorrupted !== null && filesCorrupted > 0) {
    news.push(`${count(filesCorrupted, "file is", "files are")} corrupted`);
  }
  if (filesCorrupted === 0 && unacknowledgedCorruptions > 0) {
    const corruptions = count(unacknowledgedCorruptions, "corruption was", "corruptions were");
    news.push(`${corruptions} found and healed since, but nobody acknowledged it`);
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

function doubts({ filesCorrupted, filesUnreadable }: Counts, targets: readonly Watched[]): string[] {
  const found: string[] = [];
  if (filesUnreadable !== null && filesUnreadable > 0) {
    found.push(`${count(filesUnreadable, "file", "files")} could not be read`);
  }

  for (const target of targets) {
    if (target.state === "offline") {
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
  if (found.length === 0 && (filesCorrupted === null || filesUnreadable === null)) {
    found.push("how many files are corrupted or unreadable is not known yet");
  }
  return found;
}

function count(number: number, one: string, many: string): string {
  return `${formatCount(number)} ${number === 1 ? one : many}`;
}
