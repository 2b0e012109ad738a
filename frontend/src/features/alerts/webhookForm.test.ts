import { expect, test } from "vitest";
import type { Webhook } from "../../api/types";
import { draftOf, newDraft, requestOf, savedRequest, withFormat } from "./webhookForm";

const SAVED: Webhook = {
  id: 3,
  name: "Ops",
  url: "https://example.org/hook",
  enabled: true,
  channel: "http",
  format: "fixity",
  template: null,
  mode: "batch",
  minSeverity: "medium",
  eventIncludes: ["file.*"],
  eventExcludes: ["file.added"],
  targets: [1, 2],
  paths: ["*.jpg", "keep/"],
  headers: ["Authorization", "X-Team"],
  mail: null,
  retryAttempts: 4,
  retryBackoffSeconds: 10,
  timeoutSeconds: 20,
  createdAt: "2026-11-21T00:00:00Z",
  updatedAt: "2026-11-21T00:00:00Z",
  disabledAt: null,
  disabledReason: null,
  lastSuccessAt: null,
  failuresInARow: 0,
  backlog: { pending: 0, oldestAt: null, gathering: 0, folded: 0 },
  lastAttempt: null,
};

test("A saved receiver sent back unchanged changes nothing, what is not shown too", () => {
  const { headers, ...rest } = savedRequest(SAVED);

  expect(headers).toEqual({ Authorization: null, "X-Team": null });
  expect(rest).toEqual({
    name: "Ops",
    url: "https://example.org/hook",
    enabled: true,
    channel: "http",
    format: "fixity",
    mode: "batch",
    minSeverity: "medium",
    eventIncludes: ["file.*"],
    eventExcludes: ["file.added"],
    targets: [1, 2],
    paths: ["*.jpg", "keep/"],
    retryAttempts: 4,
    retryBackoffSeconds: 10,
    timeoutSeconds: 20,
  });
});

test("A comma is part of a pattern, and switching off changes no pattern at all", () => {
  const saved = { ...SAVED, paths: ["Smith, John/", "a\\ "] };

  expect(savedRequest(saved).paths).toEqual(["Smith, John/", "a\\ "]);
  expect(requestOf({ ...draftOf(SAVED), paths: "Smith, John/\n\n *.raw " }).paths).toEqual(["Smith, John/", "*.raw"]);
});

test("A header that was renamed or removed is not kept, and a typed value replaces the saved one", () => {
  const draft = draftOf(SAVED);
  const headers = [
    { name: "Authorization", value: "Bearer new", isSaved: true },
    { name: "X-Renamed", value: "", isSaved: false },
    { name: " ", value: "lost", isSaved: false },
  ];

  expect(requestOf({ ...draft, headers }).headers).toEqual({ Authorization: "Bearer new", "X-Renamed": "" });
});

test("A mail brings its channel, its mode and no headers", () => {
  const draft = { ...withFormat({ ...newDraft(), mode: "each" }, "mail"), url: " smtp://mail.example.org " };
  const request = requestOf({
    ...draft,
    mailFrom: "fixity@example.org",
    mailTo: "ops@example.org\n, second@example.org",
    mailUserName: "fixity",
    mailPassword: "",
  });

  expect(request).toMatchObject({ channel: "smtp", format: "mail", mode: "digest", url: "smtp://mail.example.org" });
  expect(request).not.toHaveProperty("headers");
  expect(request).not.toHaveProperty("template");
  expect(request.mail).toEqual({
    from: "fixity@example.org",
    to: ["ops@example.org", "second@example.org"],
    security: "starttls",
    userName: "fixity",
    password: null,
  });
  expect(requestOf({ ...draft, url: "SMTPS://mail.example.org" }).mail?.security).toBe("tls");
});

test("Only the receiver that has a template gets one", () => {
  expect(requestOf(withFormat(newDraft(), "template")).template).toContain("{{title}}");
  expect(requestOf(withFormat(newDraft(), "slack"))).not.toHaveProperty("template");
});
