import type { StorageSettings, Target, TargetCredentials } from "../../api/types";

export type StorageType = "local" | "nfs" | "smb" | "s3";
export type CredentialsChoice = "keep" | "secret" | "reference" | "none";

/** Where a target lies and how to get in, as the form holds it: the fields of every type, so that a look at another one loses nothing. */
export interface StorageDraft {
  type: StorageType;
  root: string;
  nfsSource: string;
  nfsFileSystems: string;
  server: string;
  share: string;
  path: string;
  port: number | "";
  protection: string;
  bucket: string;
  prefix: string;
  region: string;
  endpoint: string;
  pathStyle: boolean;
  certificate: string;
  credentials: CredentialsChoice;
  user: string;
  secret: string;
  domain: string;
  sessionToken: string;
  reference: string;
}

export const STORAGE_TYPES = [
  { value: "local", label: "Folder" },
  { value: "nfs", label: "NFS mount" },
  { value: "smb", label: "SMB share" },
  { value: "s3", label: "S3 bucket" },
] as const;

export const PROTECTIONS = [
  { value: "sign", label: "Signed: cannot be changed on the way" },
  { value: "encrypt", label: "Encrypted: cannot be read there either" },
  { value: "offered", label: "What the server asks for (unsafe)" },
];

/** The fields of this part, as the server names them. */
export const STORAGE_FIELDS = [
  "root",
  "connection.nfs.source",
  "connection.nfs.fileSystems",
  "connection.smb.server",
  "connection.smb.share",
  "connection.smb.path",
  "connection.smb.port",
  "connection.s3.bucket",
  "connection.s3.prefix",
  "connection.s3.region",
  "connection.s3.endpoint",
  "connection.s3.certificate",
  "credentials",
  "credentials.reference",
  "credentials.user",
  "credentials.secret",
  "credentials.domain",
  "credentials.sessionToken",
] as const;

const DEFAULT_PORT = 445;
const DEFAULT_REGION = "us-east-1";

export function newStorage(): StorageDraft {
  return {
    type: "local",
    root: "",
    nfsSource: "",
    nfsFileSystems: "",
    server: "",
    share: "",
    path: "",
    port: DEFAULT_PORT,
    protection: "sign",
    bucket: "",
    prefix: "",
    region: DEFAULT_REGION,
    endpoint: "",
    pathStyle: false,
    certificate: "",
    credentials: "secret",
    user: "",
    secret: "",
    domain: "",
    sessionToken: "",
    reference: "",
  };
}

export function storageDraftOf({ type, root, connection, credentials }: Target): StorageDraft {
  const draft = newStorage();
  const { nfs, smb, s3 } = connection;
  return {
    ...draft,
    type: type as StorageType,
    root: isFolder(type) ? root : "",
    nfsSource: nfs?.source ?? "",
    nfsFileSystems: nfs?.fileSystems?.join(", ") ?? "",
    server: smb?.server ?? "",
    share: smb?.share ?? "",
    path: smb?.path ?? "",
    port: smb?.port ?? DEFAULT_PORT,
    protection: smb?.protection ?? "sign",
    bucket: s3?.bucket ?? "",
    prefix: s3?.prefix ?? "",
    region: s3?.region ?? DEFAULT_REGION,
    endpoint: s3?.endpoint ?? "",
    pathStyle: s3?.pathStyle ?? false,
    certificate: s3?.certificate ?? "",
    credentials: credentials.source !== "none" ? "keep" : isFolder(type) ? "secret" : "none",
  };
}

/** What is saved, and what is tried before it is. */
export function storageRequestOf(draft: StorageDraft, held: TargetCredentials | null): StorageSettings {
  switch (draft.type) {
    case "local":
      return { type: "local", root: draft.root };
    case "nfs":
      return { type: "nfs", root: draft.root, connection: nfsOf(draft) };
    case "smb":
      return {
        type: "smb",
        connection: {
          smb: {
            server: draft.server.trim(),
            share: draft.share.trim(),
            path: draft.path,
            port: draft.port === "" ? DEFAULT_PORT : draft.port,
            protection: draft.protection as "sign",
          },
        },
        credentials: credentialsOf(draft, held),
      };
    case "s3":
      return {
        type: "s3",
        connection: {
          s3: {
            bucket: draft.bucket.trim(),
            prefix: draft.prefix,
            region: draft.region.trim() || DEFAULT_REGION,
            endpoint: orNull(draft.endpoint.trim()),
            pathStyle: draft.pathStyle,
            certificate: orNull(draft.certificate.trim()),
          },
        },
        credentials: credentialsOf(draft, held),
      };
  }
}

function nfsOf({ nfsSource, nfsFileSystems }: StorageDraft): NonNullable<StorageSettings["connection"]> | null {
  const fileSystems = nfsFileSystems.split(/[\s,]+/).filter((name) => name !== "");
  const source = orNull(nfsSource.trim());
  return source === null && fileSystems.length === 0
    ? null
    : { nfs: { source, fileSystems: fileSystems.length === 0 ? null : fileSystems } };
}

function credentialsOf(
  draft: StorageDraft,
  held: TargetCredentials | null,
): NonNullable<StorageSettings["credentials"]> | null {
  switch (draft.credentials) {
    case "keep":
      return null;
    case "none":
      return held !== null && held.source !== "none" ? { clear: true } : null;
    case "reference":
      return { reference: draft.reference.trim() };
    case "secret":
      return {
        user: draft.user,
        secret: draft.secret,
        ...(draft.type === "smb" ? { domain: orNull(draft.domain.trim()) } : {}),
        ...(draft.type === "s3" ? { sessionToken: orNull(draft.sessionToken.trim()) } : {}),
      };
  }
}

export function isFolder(type: string): boolean {
  return type === "local" || type === "nfs";
}

export function storageTypeLabel(type: string): string {
  return STORAGE_TYPES.find(({ value }) => value === type)?.label ?? type;
}

/** Who is let in, without the secret that nobody gets to see. */
export function describeCredentials({ source, reference, who }: TargetCredentials): string {
  switch (source) {
    case "none":
      return "none";
    case "reference":
      return reference ?? "by reference";
    case "stored":
      return who ? `stored, for ${who}` : "stored";
  }
}

function orNull(text: string): string | null {
  return text === "" ? null : text;
}
