import type { MailSecurity, Severity, Webhook, WebhookFormat, WebhookMode, WebhookRequest } from "../../api/types";
import { SENSIBLE_EVENTS } from "./eventTypes";
import { receiverOf } from "./receivers";

export interface HeaderDraft {
  name: string;
  /** Empty with `isSaved`: the saved one stays. */
  value: string;
  isSaved: boolean;
}

export interface WebhookDraft {
  name: string;
  format: WebhookFormat;
  url: string;
  enabled: boolean;
  mode: WebhookMode;
  minSeverity: Severity;
  eventIncludes: string[];
  eventExcludes: string[];
  targets: number[];
  paths: string;
  template: string;
  headers: HeaderDraft[];
  mailFrom: string;
  mailTo: string;
  mailSecurity: MailSecurity;
  mailUserName: string;
  mailPassword: string;
  hasPassword: boolean;
  retryAttempts: number;
  retryBackoffSeconds: number;
  timeoutSeconds: number;
  secret: string;
}

const TEMPLATE = `{
  "text": "{{title}}",
  "lines": [{{#each events}}{{#unless @first}}, {{/unless}}"{{text}}"{{/each}}]
}`;

export function newDraft(): WebhookDraft {
  return {
    name: "",
    format: "slack",
    url: "",
    enabled: true,
    mode: "digest",
    minSeverity: "info",
    eventIncludes: SENSIBLE_EVENTS,
    eventExcludes: [],
    targets: [],
    paths: "",
    template: TEMPLATE,
    headers: [],
    mailFrom: "",
    mailTo: "",
    mailSecurity: "starttls",
    mailUserName: "",
    mailPassword: "",
    hasPassword: false,
    retryAttempts: 3,
    retryBackoffSeconds: 60,
    timeoutSeconds: 30,
    secret: "",
  };
}

export function draftOf(webhook: Webhook): WebhookDraft {
  const { mail } = webhook;
  return {
    ...newDraft(),
    name: webhook.name,
    format: webhook.format,
    url: webhook.url,
    enabled: webhook.enabled,
    mode: webhook.mode,
    minSeverity: webhook.minSeverity,
    eventIncludes: webhook.eventIncludes,
    eventExcludes: webhook.eventExcludes,
    targets: webhook.targets,
    paths: webhook.paths.join("\n"),
    template: webhook.template ?? TEMPLATE,
    headers: webhook.headers.map((name) => ({ name, value: "", isSaved: true })),
    ...(mail && {
      mailFrom: mail.from,
      mailTo: mail.to.join("\n"),
      mailSecurity: mail.security,
      mailUserName: mail.userName ?? "",
      hasPassword: mail.hasPassword,
    }),
    retryAttempts: webhook.retryAttempts,
    retryBackoffSeconds: webhook.retryBackoffSeconds,
    timeoutSeconds: webhook.timeoutSeconds,
  };
}

/** Another receiver brings the mode that suits it. */
export function withFormat(draft: WebhookDraft, format: WebhookFormat): WebhookDraft {
  return { ...draft, format, mode: receiverOf(format).mode };
}

/** Of a draft: only what its receiver has. Secrets that were not typed stay as they are saved. */
export function requestOf(draft: WebhookDraft): WebhookRequest {
  const { channel } = receiverOf(draft.format);
  return {
    name: draft.name.trim(),
    url: draft.url.trim(),
    enabled: draft.enabled,
    channel,
    format: draft.format,
    mode: draft.mode,
    minSeverity: draft.minSeverity,
    eventIncludes: draft.eventIncludes,
    eventExcludes: draft.eventExcludes,
    targets: draft.targets,
    paths: patternsOf(draft.paths),
    retryAttempts: draft.retryAttempts,
    retryBackoffSeconds: draft.retryBackoffSeconds,
    timeoutSeconds: draft.timeoutSeconds,
    ...(draft.secret !== "" && { secret: draft.secret }),
    ...(draft.format === "template" && { template: draft.template }),
    ...(channel === "http" && { headers: headersOf(draft.headers) }),
    ...(channel === "smtp" && { mail: mailOf(draft) }),
  };
}

/** As it is saved, for a PUT that changes one thing of it. */
export function savedRequest(webhook: Webhook): WebhookRequest {
  return { ...requestOf(draftOf(webhook)), paths: webhook.paths };
}

function headersOf(headers: readonly HeaderDraft[]): Record<string, string> {
  return Object.fromEntries(
    headers
      .filter(({ name }) => name.trim() !== "")
      // Null keeps the saved value; the generated type does not know of it.
      .map(({ name, value, isSaved }) => [name.trim(), isSaved && value === "" ? (null as unknown as string) : value]),
  );
}

function mailOf(draft: WebhookDraft): NonNullable<WebhookRequest["mail"]> {
  const userName = draft.mailUserName.trim();
  return {
    from: draft.mailFrom.trim(),
    to: linesOf(draft.mailTo),
    security: draft.url.trim().toLowerCase().startsWith("smtps:") ? "tls" : draft.mailSecurity,
    userName: userName === "" ? null : userName,
    password: userName === "" || draft.mailPassword === "" ? null : draft.mailPassword,
  };
}

/** One a line: a comma may be part of a file's name. */
function patternsOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** One a line, or with commas between. */
function linesOf(text: string): string[] {
  return text
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
