import { expect, test } from "vitest";
import { formatBytes, formatCount, formatDuration, formatRelative } from "./format";

test("an unknown number is never 0", () => {
  expect(formatCount(null)).toBe("—");
  expect(formatBytes(undefined)).toBe("—");
  expect(formatCount(0)).toBe("0");
  expect(formatBytes(0)).toBe("0 bytes");
});

test.each([
  [1, "1 byte"],
  [1023, "1,020 bytes"],
  [1024, "1 KiB"],
  [1_048_575, "1 MiB"],
  [107_374_182_400, "100 GiB"],
])("%d bytes read %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test("a moment is relative to now in both directions", () => {
  const now = Date.parse("2026-11-21T12:00:00Z");
  expect(formatRelative("2026-11-21T11:59:40Z", now)).toBe("just now");
  expect(formatRelative("2026-11-21T09:00:00Z", now)).toBe("3 hours ago");
  expect(formatRelative("2026-11-22T12:00:00Z", now)).toBe("tomorrow");
});

test("a duration has the units that matter at its length", () => {
  expect(formatDuration(1_234)).toBe("1.2 s");
  expect(formatDuration(83_000)).toBe("1 min 23 s");
  expect(formatDuration(7_380_000)).toBe("2 h 3 min");
});
