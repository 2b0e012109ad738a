import type { Target, TargetOptions } from "../../api/types";
import { formatPlural } from "../../ui/format";
import type { StorageTraits } from "./storageTraits";

/** How a target is read, as the form holds it. An empty number means "no limit". */
export interface OptionsDraft {
  watchedAttributes: string[];
  /** One pattern a line. */
  include: string;
  exclude: string;
  crossMounts: boolean;
  reportTouched: boolean;
  damageMap: boolean;
  verifyFrom: string;
  idleIo: boolean;
  limitMb: number | "";
  limitOpens: number | "";
  hasWorkingHours: boolean;
  days: string[];
  from: string;
  to: string;
  workingMb: number | "";
  workingOpens: number | "";
}

export const ATTRIBUTES = [
  { value: "mode", label: "Permissions (mode)" },
  { value: "owner", label: "Owner" },
  { value: "group", label: "Group" },
  { value: "links", label: "Number of hard links" },
  { value: "acl", label: "Access control list" },
  { value: "xattrs", label: "Extended attributes" },
  { value: "capabilities", label: "Capabilities of programs" },
] as const;

export function attributeLabel(name: string): string {
  return ATTRIBUTES.find(({ value }) => value === name)?.label ?? name;
}

export const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;

/** A day as its name in the API, and as people write it. */
export function dayLabel(day: string): string {
  return day.charAt(0).toUpperCase() + day.slice(1, 3);
}

const MB = 1_000_000;
const WORKING_DAYS = DAYS.slice(0, 5);

export function newOptions(): OptionsDraft {
  return {
    watchedAttributes: ["mode", "owner", "group"],
    include: "",
    exclude: "",
    crossMounts: false,
    reportTouched: false,
    damageMap: true,
    verifyFrom: "medium",
    idleIo: false,
    limitMb: "",
    limitOpens: "",
    hasWorkingHours: false,
    days: [...WORKING_DAYS],
    from: "08:00",
    to: "18:00",
    workingMb: "",
    workingOpens: "",
  };
}

export function optionsOf(target: Target): TargetOptions {
  return target.options as TargetOptions;
}

export function optionsDraftOf(target: Target): OptionsDraft {
  const options = optionsOf(target);
  const hours = options.workingHours;
  const draft = newOptions();
  return {
    watchedAttributes: [...options.watchedAttributes],
    include: options.include.join("\n"),
    exclude: options.exclude.join("\n"),
    crossMounts: options.crossMounts,
    reportTouched: options.reportTouched,
    damageMap: options.damageMap,
    verifyFrom: options.verifyFrom,
    idleIo: options.idleIo,
    limitMb: megabytes(options.limit.bytesPerSecond),
    limitOpens: options.limit.opensPerSecond ?? "",
    hasWorkingHours: hours !== null,
    days: hours?.days ?? draft.days,
    from: hours ? shortTime(hours.from) : draft.from,
    to: hours ? shortTime(hours.to) : draft.to,
    workingMb: megabytes(hours?.limit.bytesPerSecond),
    workingOpens: hours?.limit.opensPerSecond ?? "",
  };
}

/** What the storage does not have is not sent, whatever was chosen while the form was about another one. */
export function optionsRequestOf(draft: OptionsDraft, storage: StorageTraits): TargetOptions {
  return {
    watchedAttributes: draft.watchedAttributes.filter((name) => storage.attributes.includes(name)),
    include: patternsIn(draft.include),
    exclude: patternsIn(draft.exclude),
    crossMounts: draft.crossMounts && storage.hasMounts,
    reportTouched: draft.reportTouched,
    damageMap: draft.damageMap,
    verifyFrom: storage.medium === null ? "medium" : (draft.verifyFrom as TargetOptions["verifyFrom"]),
    idleIo: draft.idleIo && storage.hasIdleIo,
    limit: limitOf(draft.limitMb, draft.limitOpens),
    workingHours: draft.hasWorkingHours
      ? {
          days: draft.days,
          from: draft.from,
          to: draft.to,
          limit: limitOf(draft.workingMb, draft.workingOpens),
        }
      : null,
  };
}

/** A blank line says nothing. Blanks within a line are left alone: an escaped one at its end is part of the pattern. */
function patternsIn(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== "");
}

function limitOf(megabytesPerSecond: number | "", opensPerSecond: number | "") {
  return {
    bytesPerSecond: megabytesPerSecond === "" ? null : Math.round(megabytesPerSecond * MB),
    opensPerSecond: opensPerSecond === "" ? null : opensPerSecond,
  };
}

function megabytes(bytesPerSecond: number | null | undefined): number | "" {
  return bytesPerSecond === null || bytesPerSecond === undefined ? "" : bytesPerSecond / MB;
}

/** `09:30:00` is said as `09:30`; seconds stay where there are any. */
function shortTime(time: string): string {
  return time.replace(/^(\d\d:\d\d):00(\.0+)?$/, "$1");
}

/** Which files, in one sentence. */
export function describeWatched(
  options: Pick<TargetOptions, "include" | "exclude" | "crossMounts">,
  { below }: Pick<StorageTraits, "below">,
): string {
  const { include, exclude, crossMounts } = options;
  const which =
    include.length === 0
      ? `Everything ${below}`
      : `Only what ${formatPlural(include.length, "pattern matches", "patterns match")}`;
  const but =
    exclude.length === 0 ? "" : `, except what ${formatPlural(exclude.length, "pattern leaves", "patterns leave")} out`;
  return `${which}${but}${crossMounts ? ", on other file systems too" : ""}`;
}

/** What it may cost others, in words. */
export function describeLimit(limit: TargetOptions["limit"]): string {
  const limits = [
    limit.bytesPerSecond ? `${limit.bytesPerSecond / MB} MB/s` : null,
    limit.opensPerSecond ? `${formatPlural(limit.opensPerSecond, "file")}/s` : null,
  ].filter((part) => part !== null);
  return limits.length === 0 ? "no limit" : `at most ${limits.join(" and ")}`;
}

export function describeWorkingHours({ days, from, to, limit }: NonNullable<TargetOptions["workingHours"]>): string {
  const ordered = DAYS.filter((day) => days.includes(day)).map(dayLabel);
  return `${describeLimit(limit)} on ${ordered.join(", ")} from ${shortTime(from)} to ${shortTime(to)}`;
}
