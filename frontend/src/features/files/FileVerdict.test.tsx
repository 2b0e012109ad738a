import { screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { keys } from "../../api/keys";
import { queryClient } from "../../api/queryClient";
import type { Change, FileRecord, Session } from "../../api/types";
import { show } from "../../testing/render";
import { FileVerdict } from "./FileVerdict";

const file = {
  id: 7,
  state: "present",
  size: 1_048_576,
  algorithm: "blake3",
  checksum: "aa",
  observedChecksum: null,
  damage: null,
  retryAfter: null,
} as FileRecord;

const modified = { id: 1, type: "modified", detectedAt: "2026-11-21T03:00:00Z", acknowledgedAt: null } as Change;

function answerHistory(...items: Partial<Change>[]) {
  return vi.spyOn(globalThis, "fetch").mockImplementation(async () => Response.json({ items, nextCursor: null }));
}

beforeEach(() => {
  queryClient.clear();
  queryClient.setQueryData<Session>(keys.session, {
    setupRequired: false,
    user: { username: "otto", role: "operator", external: false },
    csrfToken: "t",
    provider: null,
  });
});

afterEach(() => vi.restoreAllMocks());

describe("what is said of a file first", () => {
  test("a corrupted one is damaged and may be accepted", async () => {
    answerHistory();
    show(<FileVerdict file={{ ...file, state: "corrupted", observedChecksum: "bb" }} />);
    expect(screen.getByText(/that is damage, not an edit/)).toBeDefined();
    expect(screen.getByText(/Where the damage is is not known/)).toBeDefined();
    expect(screen.getByRole("button", { name: "Accept this content" })).toBeDefined();
  });

  test("a tampered one had its time put back, and says when it was written", async () => {
    answerHistory({ ...modified, type: "tampered", details: detailsWith("2020-01-01T00:00:00.000000000Z") });
    show(<FileVerdict file={{ ...file, state: "tampered", observedChecksum: "bb" }} />);
    expect(screen.getByText("The content was changed and its time put back")).toBeDefined();
    await waitFor(() => expect(screen.getByText(/years ago/)).toBeDefined());
    expect(screen.getByRole("button", { name: "Accept this content" })).toBeDefined();
  });

  test("an edit that nobody has acknowledged may be accepted", async () => {
    answerHistory(modified);
    show(<FileVerdict file={file} />);
    expect(await screen.findByText(/nobody has said yet that it was meant/)).toBeDefined();
    expect(screen.getByRole("button", { name: "Accept this content" })).toBeDefined();
  });

  test.each([
    ["acknowledged", [{ ...modified, acknowledgedAt: "2026-11-21T04:00:00Z" }]],
    ["not the last thing that happened", [{ ...modified, id: 2, type: "restored" as const }, modified]],
    ["none", []],
  ])("an edit that is %s needs nobody", async (_, history) => {
    const answered = answerHistory(...history);
    show(<FileVerdict file={file} />);
    await waitFor(() => expect(queryClient.isFetching()).toBe(0));
    expect(answered).toHaveBeenCalled();
    expect(screen.queryByRole("alert")).toBeNull();
  });

  test("one whose reading hung is left alone until", () => {
    answerHistory();
    show(<FileVerdict file={{ ...file, state: "unreadable", retryAfter: "2020-01-01T00:00:00Z" }} />);
    expect(screen.getByText("Reading this file hung")).toBeDefined();
  });
});

function detailsWith(observedCtime: string): NonNullable<Change["details"]> {
  return { damage: null, attributes: null, observedCtime, observedCtimeNs: "1", folder: null, knownFrom: null };
}
