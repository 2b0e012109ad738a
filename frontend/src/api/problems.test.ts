import { describe, expect, test } from "vitest";
import { ApiError, fieldErrorsOf, messageFor } from "./problems";

describe("a problem", () => {
  test("that the pages know is said in their words, whatever its detail", () => {
    const problem = { type: "urn:fixity:problem:scan-active", detail: "Target 3: 409" };
    expect(messageFor(new ApiError(409, problem))).toBe(
      "A scan of this target is under way. Cancel it or wait for its end.",
    );
  });

  test("that they don't know is said in the server's words", () => {
    const problem = { type: "urn:fixity:problem:something-new", detail: "The moon is full." };
    expect(messageFor(new ApiError(409, problem))).toBe("The moon is full.");
  });

  test("without words is said by its status", () => {
    expect(messageFor(new ApiError(403, {}))).toBe("Your role does not allow this.");
    expect(messageFor(new ApiError(503, {}))).toContain("does not answer");
  });

  test("of no answer at all says that Fixity cannot be reached", () => {
    expect(messageFor(new ApiError(0, {}))).toContain("cannot be reached");
  });

  test("of haste says how long to wait", () => {
    expect(messageFor(new ApiError(429, {}, 42))).toContain("42 s");
  });
});

test("field messages are found by the form's names, however the server spells them", () => {
  const errors = { Root: ["does not exist"], "$.timeZone": ["is not a zone", "of this system"] };
  expect(fieldErrorsOf(new ApiError(400, { errors }))).toEqual({
    root: "does not exist",
    timeZone: "is not a zone of this system",
  });
  expect(fieldErrorsOf(new Error("else"))).toEqual({});
});
