import { describe, expect, test } from "vitest";
import type { Target, TargetOptions } from "../../api/types";
import { traitsOf } from "./storageTraits";
import {
  describeLimit,
  describeWatched,
  describeWorkingHours,
  newOptions,
  optionsDraftOf,
  optionsRequestOf,
} from "./targetOptions";

const folder = traitsOf("local");

const everything: TargetOptions = {
  watchedAttributes: ["links", "acl"],
  include: ["/photos/", "*.raw"],
  exclude: ["*.tmp", "trailing\\ "],
  crossMounts: true,
  reportTouched: true,
  damageMap: false,
  verifyFrom: "direct",
  idleIo: true,
  limit: { bytesPerSecond: 2_500_000, opensPerSecond: 40 },
  workingHours: {
    days: ["friday", "monday"],
    from: "22:00:00",
    to: "06:30:15",
    limit: { bytesPerSecond: null, opensPerSecond: 5 },
  },
};

describe("the options of a target", () => {
  test("go through the form unchanged", () => {
    const draft = optionsDraftOf({ options: everything } as Target);
    const sent = optionsRequestOf(draft, folder);
    // The server writes the seconds that a person leaves out.
    expect(sent).toEqual({ ...everything, workingHours: { ...everything.workingHours, from: "22:00" } });
    expect(draft.limitMb).toBe(2.5);
    expect(draft.to).toBe("06:30:15");
  });

  test("of a new target are the server's defaults", () => {
    expect(optionsRequestOf(newOptions(), folder)).toEqual({
      watchedAttributes: ["mode", "owner", "group"],
      include: [],
      exclude: [],
      crossMounts: false,
      reportTouched: false,
      damageMap: true,
      verifyFrom: "medium",
      idleIo: false,
      limit: { bytesPerSecond: null, opensPerSecond: null },
      workingHours: null,
    });
  });

  test("take one pattern a line, and no blank one", () => {
    const draft = { ...newOptions(), exclude: "*.tmp\r\n\n   \n!keep \\ \n" };
    expect(optionsRequestOf(draft, folder).exclude).toEqual(["*.tmp", "!keep \\ "]);
  });

  test("are only those that the storage has, whatever was chosen before", () => {
    const draft = optionsDraftOf({ options: everything } as Target);
    const ofNone = { watchedAttributes: [], crossMounts: false, verifyFrom: "medium", idleIo: false };
    expect(optionsRequestOf(draft, traitsOf("smb"))).toMatchObject(ofNone);
    expect(optionsRequestOf(draft, traitsOf("s3"))).toMatchObject({ ...ofNone, exclude: everything.exclude });
    expect(optionsRequestOf(draft, traitsOf("nfs"))).toMatchObject({
      watchedAttributes: ["links", "acl"],
      crossMounts: true,
      verifyFrom: "direct",
      idleIo: false,
    });
  });

  test.each([
    ["local", "Everything below the folder"],
    ["nfs", "Everything below the mount point"],
    ["smb", "Everything below the share"],
    ["s3", "Everything under the prefix"],
  ])("of %s are said of what it is", (type, words) => {
    expect(describeWatched({ include: [], exclude: [], crossMounts: false }, traitsOf(type))).toBe(words);
  });

  test("are said in words", () => {
    expect(describeWatched({ include: [], exclude: [], crossMounts: false }, folder)).toBe(
      "Everything below the folder",
    );
    expect(describeWatched(everything, folder)).toBe(
      "Only what 2 patterns match, except what 2 patterns leave out, on other file systems too",
    );
    expect(describeWatched({ include: ["a"], exclude: ["b"], crossMounts: false }, folder)).toBe(
      "Only what 1 pattern matches, except what 1 pattern leaves out",
    );
    expect(describeLimit({})).toBe("no limit");
    expect(describeLimit(everything.limit)).toBe("at most 2.5 MB/s and 40 files/s");
    expect(describeWorkingHours(everything.workingHours as NonNullable<TargetOptions["workingHours"]>)).toBe(
      "at most 5 files/s on Mon, Fri from 22:00 to 06:30:15",
    );
  });
});
