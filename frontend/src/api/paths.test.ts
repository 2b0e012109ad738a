import { expect, test } from "vitest";

const sources = import.meta.glob<string>(["/src/**/*.{ts,tsx}", "!/src/**/*.test.{ts,tsx}", "!/src/api/schema.d.ts"], {
  query: "?raw",
  import: "default",
  eager: true,
});

/** A path of the API that the compiler holds to the description: an argument of the client, or said to be one of its keys. */
const TYPED = /api\.(GET|POST|PUT|DELETE)\(\s*"\/api\/[^"]*"|"\/api\/[^"]*"\s+satisfies keyof paths/g;

/** Where a browser is sent to, and no part of the API: the description leaves it out. */
const PAGES = /"\/api\/v1\/auth\/oidc\/start"/g;

test("no page writes an address of the API that the description does not know", () => {
  expect(Object.keys(sources).length).toBeGreaterThan(50);
  const untyped = Object.entries(sources)
    .filter(([, text]) => /["'`]\/api\//.test(text.replace(TYPED, "").replace(PAGES, "")))
    .map(([file]) => file);
  expect(untyped).toEqual([]);
});
