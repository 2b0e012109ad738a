import type { StorageType } from "./storageForm";
import { ATTRIBUTES } from "./targetOptions";

/** What a kind of storage has to offer, so that nobody is asked for what it cannot do. docs/storage-backends.md has the whole table. */
export interface StorageTraits {
  /** Where the files are, behind "everything": "below the folder". */
  below: string;
  /** The attributes that its files have. */
  attributes: readonly string[];
  /** What is read from when the cache is not: null where nobody can choose. */
  medium: string | null;
  /** There may be another file system below its root. */
  hasMounts: boolean;
  /** It is a disk of this machine, on which one can wait for others. */
  hasIdleIo: boolean;
  /** Files read at once where nobody said. */
  readers: string;
}

const EVERY_ATTRIBUTE = ATTRIBUTES.map(({ value }) => value);

const TRAITS: Readonly<Record<StorageType, StorageTraits>> = {
  local: {
    below: "below the folder",
    attributes: EVERY_ATTRIBUTE,
    medium: "the disk",
    hasMounts: true,
    hasIdleIo: true,
    readers: "1 on rotating disks, else up to 4",
  },
  nfs: {
    below: "below the mount point",
    attributes: EVERY_ATTRIBUTE,
    medium: "the server",
    hasMounts: true,
    hasIdleIo: false,
    readers: "1",
  },
  smb: {
    below: "below the share",
    attributes: [],
    medium: null,
    hasMounts: false,
    hasIdleIo: false,
    readers: "4",
  },
  s3: {
    below: "under the prefix",
    attributes: [],
    medium: null,
    hasMounts: false,
    hasIdleIo: false,
    readers: "8",
  },
};

/** Of a kind that this page does not know yet, nothing is left out. */
export function traitsOf(type: string): StorageTraits {
  return TRAITS[type as StorageType] ?? TRAITS.local;
}
