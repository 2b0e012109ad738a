import { describe, expect, test } from "vitest";
import type { Target } from "../../api/types";
import { describeCredentials, newStorage, storageDraftOf, storageRequestOf } from "./storageForm";

const stored = {
  source: "stored",
  reference: null,
  who: "HOME\\ada",
  updatedAt: "2026-11-21T03:00:00Z",
  updatedBy: "ada",
} as const;
const none = { source: "none", reference: null, who: null, updatedAt: null, updatedBy: null } as const;

const share = {
  type: "smb",
  root: "//nas/photos/2024",
  connection: {
    nfs: null,
    smb: { server: "nas", share: "photos", path: "2024", port: 1445, protection: "encrypt" },
    s3: null,
  },
  credentials: stored,
} as Target;

describe("the storage of a target", () => {
  test("goes through the form unchanged, its credentials unseen", () => {
    const draft = storageDraftOf(share);
    expect(draft).toMatchObject({ credentials: "keep", secret: "", user: "" });
    expect(storageRequestOf(draft, stored)).toEqual({
      type: "smb",
      connection: { smb: share.connection.smb },
      credentials: null,
    });

    const bucket = {
      bucket: "backups",
      prefix: "photos/",
      region: "eu-central-1",
      endpoint: "https://minio.example",
      pathStyle: true,
      certificate: "-----BEGIN CERTIFICATE-----",
    };
    const target = {
      type: "s3",
      root: "s3://backups/photos/",
      connection: { s3: bucket },
      credentials: none,
    } as Target;
    expect(storageRequestOf(storageDraftOf(target), none)).toEqual({
      type: "s3",
      connection: { s3: bucket },
      credentials: null,
    });

    const mount = { source: "nas:/export", fileSystems: ["nfs4", "fuse.sshfs"] };
    const nfs = { type: "nfs", root: "/mnt/nas", connection: { nfs: mount }, credentials: none } as Target;
    expect(storageRequestOf(storageDraftOf(nfs), none)).toEqual({
      type: "nfs",
      root: "/mnt/nas",
      connection: { nfs: mount },
    });
  });

  test("of a new one says only what its type has", () => {
    const draft = { ...newStorage(), root: "/srv/photos", server: "nas", user: "ada", secret: "s" };
    expect(storageRequestOf(draft, null)).toEqual({ type: "local", root: "/srv/photos" });
    expect(storageRequestOf({ ...draft, type: "nfs" }, null)).toEqual({
      type: "nfs",
      root: "/srv/photos",
      connection: null,
    });
    expect(storageRequestOf({ ...draft, type: "smb", port: "" }, null)).toEqual({
      type: "smb",
      connection: { smb: { server: "nas", share: "", path: "", port: 445, protection: "sign" } },
      credentials: { user: "ada", secret: "s", domain: null },
    });
    expect(storageRequestOf({ ...draft, type: "s3", bucket: "b" }, null).credentials).toEqual({
      user: "ada",
      secret: "s",
      sessionToken: null,
    });
  });

  test("forgets credentials only where there are any", () => {
    const draft = { ...storageDraftOf(share), credentials: "none" as const };
    expect(storageRequestOf(draft, stored).credentials).toEqual({ clear: true });
    expect(storageRequestOf(draft, none).credentials).toBeNull();
    expect(storageRequestOf(draft, null).credentials).toBeNull();
    expect(
      storageRequestOf({ ...draft, credentials: "reference", reference: " env:FIXITY_CREDENTIALS_NAS " }, none),
    ).toMatchObject({ credentials: { reference: "env:FIXITY_CREDENTIALS_NAS" } });
  });

  test("says who is let in and no more", () => {
    expect(describeCredentials(stored)).toBe("stored, for HOME\\ada");
    expect(describeCredentials(none)).toBe("none");
    expect(describeCredentials({ ...none, source: "reference", reference: "file:/run/secrets/nas" })).toBe(
      "file:/run/secrets/nas",
    );
  });
});
