import { describe, expect, test } from "vitest";
import { choiceOf, newSchedule, scheduleTextOf } from "./scheduleForm";

describe("A schedule that is a simple choice is shown as that, and stays the same text", () => {
  test.each([
    [null, "manual"],
    ["0 3 * * *", "daily"],
    ["30 22 * * *", "daily"],
    ["0 3 * * 0", "weekly"],
    ["15 4 * * 1,3,0", "weekly"],
    ["0 3 1 * *", "monthly"],
    ["@every 6h", "interval"],
    ["@every 45m", "interval"],
    ["@daily", "custom"],
    ["*/15 * * * *", "custom"],
    ["0 3 1 * 1", "custom"],
    ["@every 1d12h", "custom"],
  ])("%s", (schedule, kind) => {
    const draft = { ...newSchedule("UTC"), ...choiceOf(schedule) };

    expect(draft.kind).toBe(kind);
    expect(scheduleTextOf(draft)).toBe(schedule);
  });
});

test("Without a day of the week there is no line that could be mistaken for another", () => {
  const draft = { ...newSchedule("UTC"), kind: "weekly" as const, days: [] };

  expect(scheduleTextOf(draft)).toBe("0 3 * * ");
});
