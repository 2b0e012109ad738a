import type { Target, TargetCredentials, TargetRequest } from "../../api/types";
import { blackoutsOf, newSchedule, type ScheduleDraft, scheduleDraftOf, scheduleTextOf } from "./scheduleForm";
import { newStorage, type StorageDraft, storageDraftOf, storageRequestOf } from "./storageForm";
import { traitsOf } from "./storageTraits";
import { newOptions, type OptionsDraft, optionsDraftOf, optionsRequestOf } from "./targetOptions";

/** What the form holds: everything as it is typed. An empty number means "none" or "chosen by Fixity". */
export interface TargetDraft {
  name: string;
  storage: StorageDraft;
  enabled: boolean;
  schedule: ScheduleDraft;
  checksumAlgorithm: string;
  workers: number | "";
  samplePercent: number | "";
  verifyWithinDays: number | "";
  batchSize: number | "";
  largeChangeCount: number | "";
  largeChangePercent: number | "";
  largeChangeGib: number | "";
  retentionDays: number | "";
  options: OptionsDraft;
  resetIdentity: boolean;
}

const GIB = 1024 ** 3;

export function newDraft(): TargetDraft {
  return {
    name: "",
    storage: newStorage(),
    enabled: true,
    schedule: newSchedule(Intl.DateTimeFormat().resolvedOptions().timeZone),
    checksumAlgorithm: "blake3",
    workers: "",
    samplePercent: 1,
    verifyWithinDays: 90,
    batchSize: 1000,
    largeChangeCount: 1000,
    largeChangePercent: 5,
    largeChangeGib: 100,
    retentionDays: "",
    options: newOptions(),
    resetIdentity: false,
  };
}

export function draftOf(target: Target): TargetDraft {
  return {
    name: target.name,
    storage: storageDraftOf(target),
    enabled: target.enabled,
    schedule: scheduleDraftOf(target),
    checksumAlgorithm: target.checksumAlgorithm,
    workers: target.workers ?? "",
    samplePercent: target.samplePercent,
    verifyWithinDays: target.verifyWithinDays,
    batchSize: target.batchSize,
    largeChangeCount: target.largeChangeCount ?? "",
    largeChangePercent: target.largeChangePercent ?? "",
    largeChangeGib: target.largeChangeBytes === null ? "" : target.largeChangeBytes / GIB,
    retentionDays: target.retentionDays ?? "",
    options: optionsDraftOf(target),
    resetIdentity: false,
  };
}

/** An emptied number with a default is left out, which means that default; the others are null, which means none. */
export function requestOf(draft: TargetDraft, held: TargetCredentials | null): TargetRequest {
  return {
    name: draft.name.trim(),
    ...storageRequestOf(draft.storage, held),
    enabled: draft.enabled,
    schedule: scheduleTextOf(draft.schedule),
    timeZone: draft.schedule.timeZone,
    missedRuns: draft.schedule.missedRuns,
    schedulePaused: draft.schedule.paused,
    ...(draft.schedule.jitterMinutes === "" ? {} : { jitterMinutes: draft.schedule.jitterMinutes }),
    blackouts: blackoutsOf(draft.schedule),
    retentionDays: orNull(draft.retentionDays),
    checksumAlgorithm: draft.checksumAlgorithm as NonNullable<TargetRequest["checksumAlgorithm"]>,
    workers: orNull(draft.workers),
    ...(draft.samplePercent === "" ? {} : { samplePercent: draft.samplePercent }),
    ...(draft.verifyWithinDays === "" ? {} : { verifyWithinDays: draft.verifyWithinDays }),
    ...(draft.batchSize === "" ? {} : { batchSize: draft.batchSize }),
    largeChangeCount: orNull(draft.largeChangeCount),
    largeChangePercent: orNull(draft.largeChangePercent),
    largeChangeBytes: draft.largeChangeGib === "" ? null : Math.round(draft.largeChangeGib * GIB),
    options: optionsRequestOf(draft.options, traitsOf(draft.storage.type)),
    ...(draft.resetIdentity ? { resetIdentity: true } : {}),
  };
}

function orNull(value: number | ""): number | null {
  return value === "" ? null : value;
}
