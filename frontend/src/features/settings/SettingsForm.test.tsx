import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { ApiError } from "../../api/problems";
import type { Setting } from "../../api/types";
import { show } from "../../testing/render";
import * as session from "../auth/session";
import * as targets from "../targets/targetQueries";
import { SettingsForm } from "./SettingsForm";
import { changesOf, readableOf } from "./settingEdits";
import * as queries from "./settingsQueries";

const PATIENCE = { timeout: 60_000 };

function setting(key: string, type: Setting["type"], value: unknown, more: Partial<Setting> = {}): Setting {
  return {
    key,
    type,
    value,
    default: value,
    minimum: null,
    maximum: null,
    words: [],
    sentence: "Does something.",
    updatedAt: null,
    updatedBy: null,
    problem: null,
    ...more,
  } as Setting;
}

const SETTINGS = [
  setting("retention_days", "whole", 3650),
  setting("max_active_scans", "whole", null),
  setting("default_schedule", "text", "0 3 * * *"),
  setting("allowed_roots", "list", ["/data"]),
];

function form(role: string, error: Error | null = null) {
  const mutate = vi.fn();
  vi.spyOn(session, "useSession").mockReturnValue({ data: { user: { username: "ada", role } } } as never);
  vi.spyOn(targets, "useSchedulePreview").mockImplementation(
    ({ schedule, timeZone }) =>
      ({ data: { words: `Says ${schedule} in ${timeZone}`, nextRuns: [] }, error: null }) as never,
  );
  vi.spyOn(queries, "useUpdateSettings").mockReturnValue({ mutate, error, isPending: false } as never);
  show(<SettingsForm settings={SETTINGS} />);
  return mutate;
}

afterEach(() => {
  vi.restoreAllMocks();
});

test("Only what was changed is sent, an empty field as the default", PATIENCE, async () => {
  const mutate = form("admin");
  const user = userEvent.setup({ delay: null });
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Save" }).disabled).toBe(true);
  await user.clear(screen.getByLabelText("Keep changes and deleted files, days"));
  await user.type(screen.getByLabelText("Scans at once"), "4");
  await user.click(screen.getByLabelText("Folders that may be watched"));
  await user.keyboard("{Control>}{End}{/Control}{Enter}/srv");
  await user.click(screen.getByRole("button", { name: "Save" }));

  expect(mutate.mock.calls[0]?.[0]).toEqual({
    retention_days: null,
    max_active_scans: 4,
    allowed_roots: ["/data", "/srv"],
  });
});

test("A schedule is said in words and bytes in a size that can be read", PATIENCE, () => {
  form("admin");

  expect(screen.getByText(/Says 0 3 \* \* \* in UTC\./)).toBeDefined();
  expect(readableOf(setting("default_large_change_bytes", "whole", 1), "107374182400")).toBe("100 GiB. ");
  expect(readableOf(setting("default_large_change_bytes", "whole", 1), "")).toBeNull();
  expect(readableOf(setting("default_large_change_count", "whole", 1), "107374182400")).toBeNull();
});

test("What the server objects to stands at its field", PATIENCE, () => {
  form(
    "admin",
    new ApiError(400, { type: "urn:fixity:problem:validation", errors: { retention_days: ["Too short a time."] } }),
  );

  expect(screen.getByText("Too short a time.")).toBeDefined();
});

test("Who is no administrator reads and cannot save", PATIENCE, () => {
  form("viewer");

  expect(screen.getByLabelText<HTMLInputElement>("Schedule").readOnly).toBe(true);
  expect(screen.queryByRole("button", { name: "Save" })).toBeNull();
});

test("What is no number is sent as it was typed, for the server to say what is wrong", () => {
  const edits = { retention_days: "ten", default_schedule: "0 3 * * *" };

  expect(changesOf(SETTINGS, edits)).toEqual({ retention_days: "ten" });
});
