import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { api, send } from "../../api/client";
import { keys } from "../../api/keys";
import { ApiError } from "../../api/problems";
import { queryClient } from "../../api/queryClient";
import type { Role, Session } from "../../api/types";
import { providerFailure } from "./providerFailure";
import { may } from "./roles";
import { placeToReturn } from "./SignInPage";
import { IfMay } from "./session";

function signInAs(role: Role): void {
  queryClient.setQueryData<Session>(keys.session, {
    setupRequired: false,
    user: { username: "somebody", role, external: false },
    csrfToken: "the-token",
    provider: null,
  });
}

beforeEach(() => queryClient.clear());

describe("what somebody may not do", () => {
  test.each([
    ["viewer", []],
    ["operator", ["Scan now"]],
    ["admin", ["Scan now", "Delete"]],
  ] as const)("a %s does not see", (role, expected) => {
    signInAs(role);
    render(
      <QueryClientProvider client={queryClient}>
        <IfMay needs="operator">
          <button type="button">Scan now</button>
        </IfMay>
        <IfMay needs="admin">
          <button type="button">Delete</button>
        </IfMay>
      </QueryClientProvider>,
    );

    expect(screen.queryAllByRole("button").map((button) => button.textContent)).toEqual(expected);
  });

  test("is everything while nobody is signed in", () => {
    expect(may(undefined, "viewer")).toBe(false);
  });
});

describe("a request", () => {
  test("that changes something carries the session's token; one that reads does not", async () => {
    signInAs("operator");
    const fetch = vi.fn(async (_: Request) => Response.json({}, { status: 202 }));
    vi.stubGlobal("fetch", fetch);

    await send(api.POST("/api/v1/scan/now"));
    await send(api.GET("/api/v1/scheduler/status"));

    const sent = fetch.mock.calls.map(([request]) => request.headers.get("X-CSRF-Token"));
    expect(sent).toEqual(["the-token", null]);
  });

  test("that finds the session gone signs out, so that the frame asks who is there", async () => {
    signInAs("viewer");
    vi.stubGlobal("fetch", async () => new Response(null, { status: 401 }));

    await expect(send(api.GET("/api/v1/targets"))).rejects.toMatchObject({ status: 401 });

    expect(queryClient.getQueryData<Session>(keys.session)?.user).toBeNull();
  });

  test("without an answer is a problem of its own", async () => {
    vi.stubGlobal("fetch", async () => {
      throw new TypeError("Failed to fetch");
    });

    const error = await send(api.GET("/api/v1/targets")).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(ApiError);
    expect((error as ApiError).isOffline).toBe(true);
  });
});

test("why the provider let nobody in is said in words of this page, whatever the address says", () => {
  expect(providerFailure("no-role", "Example")).toContain("Example knows you, but gives you no role");
  expect(providerFailure("<b>call 555</b>", "Example")).toBe("Signing in did not work. Try again.");
  expect(providerFailure("constructor", null)).toBe("Signing in did not work. Try again.");
});

test.each([
  ["/scans/3?x=1", "/scans/3?x=1"],
  ["//evil.example", "/"],
  ["/\\evil.example", "/"],
  ["https://evil.example", "/"],
  [null, "/"],
])("after signing in, %s leads to %s", (next, place) => {
  expect(placeToReturn(next)).toBe(place);
});
