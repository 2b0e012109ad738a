import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError } from "../../api/problems";
import { show } from "../../testing/render";
import { newStorage } from "./storageForm";
import { TargetForm } from "./TargetForm";
import { newDraft, requestOf, type TargetDraft } from "./targetForm";

/** jsdom is slow with a page of this size, and a busy machine slower. */
const PATIENCE = { timeout: 60_000 };

// All the four hundred of them take it seconds to draw.
beforeEach(() => {
  vi.spyOn(Intl, "supportedValuesOf").mockReturnValue(["Europe/Berlin"]);
  answering({});
});

afterEach(() => {
  vi.restoreAllMocks();
});

function form(error: Error | null = null, onSubmit = vi.fn<(draft: TargetDraft) => void>()) {
  show(
    <TargetForm
      initial={{ ...newDraft(), name: "Photos", storage: { ...newStorage(), root: "/srv/photos" } }}
      submit="Add target"
      error={error}
      busy={false}
      onSubmit={onSubmit}
      onCancel={() => {}}
    />,
  );
  return onSubmit;
}

test("What is chosen of the options is what is sent", PATIENCE, async () => {
  const sent = form();
  const user = userEvent.setup({ delay: null });
  await user.click(screen.getByRole("button", { name: /Show the settings of “What is watched”/ }));
  await user.click(screen.getByLabelText("Leave out"));
  await user.paste("*.tmp\ncache/");
  await user.click(screen.getByLabelText("Access control list"));
  await user.click(screen.getByLabelText("Owner"));
  await user.click(screen.getByRole("button", { name: /Show the settings of “How it is read”/ }));
  await user.type(screen.getAllByLabelText("At most, MB a second")[0] as HTMLElement, "20");
  await user.click(screen.getByRole("switch", { name: /Another limit at certain hours/ }));
  await user.click(screen.getByLabelText("Fri"));
  await user.click(screen.getByRole("button", { name: "Add target" }));

  expect(sent).toHaveBeenCalledOnce();
  const request = requestOf(sent.mock.calls[0]?.[0] as TargetDraft, null);
  expect(request.options).toMatchObject({
    exclude: ["*.tmp", "cache/"],
    watchedAttributes: ["mode", "group", "acl"],
    limit: { bytesPerSecond: 20_000_000, opensPerSecond: null },
    workingHours: { days: ["monday", "tuesday", "wednesday", "thursday"], from: "08:00", to: "18:00" },
  });
});

test("What the server objects to is shown where it is, although that was hidden", PATIENCE, () => {
  const problem = { type: "urn:fixity:problem:validation", errors: { "options.exclude": ["Pattern 1 is empty."] } };
  form(new ApiError(400, problem));

  const field = screen.getByLabelText("Leave out");
  expect(field.getAttribute("aria-invalid")).toBe("true");
  expect(screen.getByText("Pattern 1 is empty.")).toBeDefined();
  expect(screen.getByText("Please look at the marked fields.")).toBeDefined();
});

test("What a storage cannot do is not offered", PATIENCE, async () => {
  form();
  const user = userEvent.setup({ delay: null });
  for (const title of ["What is watched", "How it is read"]) {
    await user.click(screen.getByRole("button", { name: `Show the settings of “${title}”` }));
  }
  const offered = () =>
    ["Owner", /^Read only while nobody else/, /^Go on into other file systems/, /^Verification reads/].map(
      (label) => screen.queryAllByLabelText(label).length > 0,
    );

  expect(offered()).toEqual([true, true, true, true]);
  await user.click(screen.getByRole("radio", { name: "NFS mount" }));
  expect(offered()).toEqual([true, false, true, true]);
  await user.click(screen.getByRole("radio", { name: "SMB share" }));
  expect(offered()).toEqual([false, false, false, false]);
  expect(screen.getByText("Everything below the share.")).toBeDefined();
  await user.click(screen.getByRole("radio", { name: "S3 bucket" }));
  expect(offered()).toEqual([false, false, false, false]);
  expect(screen.getByText("Everything under the prefix.")).toBeDefined();
  await user.click(screen.getByRole("radio", { name: "Folder" }));
  expect(offered()).toEqual([true, true, true, true]);
});

const PREVIEW = {
  words: "Every day at 03:00",
  nextRuns: [{ at: "2026-03-29T01:00:00Z", local: "Sunday 29 March 2026, 03:00 +02:00", delayedFrom: null }],
};

function answering(body: unknown, status = 200) {
  const json = (answer: unknown, code: number) =>
    new Response(JSON.stringify(answer), { status: code, headers: { "Content-Type": "application/json" } });
  return vi
    .spyOn(globalThis, "fetch")
    .mockImplementation(async (request) => (isPreview(request) ? json(PREVIEW, 200) : json(body, status)));
}

function isPreview(request: unknown): boolean {
  return (request as Request).url.endsWith("/schedules/preview");
}

async function typeShare(user: ReturnType<typeof userEvent.setup>) {
  await user.click(screen.getByRole("radio", { name: "SMB share" }));
  await user.type(screen.getByLabelText(/^Server/), "nas");
  await user.type(screen.getByLabelText(/^Share/), "photos");
  await user.type(screen.getByLabelText(/^User/), "ada");
  await user.type(screen.getByLabelText(/^Password/), "s3cret");
}

test("A connection is tried as it is typed, and the verdict goes when it changes", PATIENCE, async () => {
  const fetched = answering({
    verdict: "login_refused",
    message: "The server knows no such user.",
    identity: null,
    entries: null,
    tookMs: 412,
  });
  form();
  const user = userEvent.setup({ delay: null });
  await typeShare(user);
  await user.click(screen.getByRole("button", { name: "Test connection" }));

  expect(await screen.findByText("Login refused")).toBeDefined();
  expect(screen.getByText("The server knows no such user.")).toBeDefined();
  const request = fetched.mock.calls.map(([asked]) => asked as Request).find((asked) => !isPreview(asked)) as Request;
  expect(new URL(request.url).pathname).toBe("/api/v1/targets/probe");
  expect(await request.json()).toEqual({
    type: "smb",
    connection: { smb: { server: "nas", share: "photos", path: "", port: 445, protection: "sign" } },
    credentials: { user: "ada", secret: "s3cret", domain: null },
  });

  await user.type(screen.getByLabelText(/^Password/), "!");
  expect(screen.queryByText("Login refused")).toBeNull();
});

test("What a test cannot even begin with is shown at its field", PATIENCE, async () => {
  answering(
    {
      type: "urn:fixity:problem:validation",
      status: 400,
      errors: { "connection.smb.server": ["Write the name alone."] },
    },
    400,
  );
  form();
  const user = userEvent.setup({ delay: null });
  await typeShare(user);
  await user.click(screen.getByRole("button", { name: "Test connection" }));

  expect(await screen.findByText("Write the name alone.")).toBeDefined();
  expect(screen.getByLabelText(/^Server/).getAttribute("aria-invalid")).toBe("true");
});

test("A schedule is built from simple choices, and said in words with its next runs", PATIENCE, async () => {
  const sent = form();
  const user = userEvent.setup({ delay: null });
  expect(await screen.findByText("Every day at 03:00")).toBeDefined();
  expect(screen.getByText(/Sunday 29 March 2026, 03:00 \+02:00/)).toBeDefined();

  await user.click(screen.getByRole("button", { name: "Add a blackout" }));
  const days = within(screen.getByRole("group", { name: "Days of blackout 1" }));
  await user.click(days.getByLabelText("Fri"));
  await user.click(screen.getByRole("switch", { name: /Pause scans that run/ }));
  await user.click(screen.getByRole("switch", { name: /Pause the schedule/ }));
  await user.click(screen.getByRole("button", { name: "Add target" }));

  const request = requestOf(sent.mock.calls[0]?.[0] as TargetDraft, null);
  expect(request).toMatchObject({
    schedule: "0 3 * * *",
    missedRuns: "one",
    schedulePaused: true,
    jitterMinutes: 0,
    blackouts: [
      { days: ["monday", "tuesday", "wednesday", "thursday"], from: "08:00", to: "18:00", pauseRunning: true },
    ],
    retentionDays: null,
  });
});

test("What is wrong with a blackout is shown with it", PATIENCE, async () => {
  const user = userEvent.setup({ delay: null });
  const problem = {
    type: "urn:fixity:problem:validation",
    errors: { "blackouts[0].days": ["Name at least one day."] },
  };
  form(new ApiError(400, problem));
  await user.click(screen.getByRole("button", { name: "Add a blackout" }));

  expect(screen.getByText("Name at least one day.")).toBeDefined();
  expect(screen.getByText("Please look at the marked fields.")).toBeDefined();
});
