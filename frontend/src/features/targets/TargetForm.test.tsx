import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError } from "../../api/problems";
import { show } from "../../testing/render";
import { TargetForm } from "./TargetForm";
import { newDraft, requestOf, type TargetDraft } from "./targetForm";

/** jsdom is slow with a page of this size, and a busy machine slower. */
const PATIENCE = { timeout: 60_000 };

// All the four hundred of them take it seconds to draw.
beforeEach(() => {
  vi.spyOn(Intl, "supportedValuesOf").mockReturnValue(["Europe/Berlin"]);
});

afterEach(() => {
  vi.restoreAllMocks();
});

function form(error: Error | null = null, onSubmit = vi.fn<(draft: TargetDraft) => void>()) {
  show(
    <TargetForm
      initial={{ ...newDraft(), name: "Photos", root: "/srv/photos" }}
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
  const request = requestOf(sent.mock.calls[0]?.[0] as TargetDraft);
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
