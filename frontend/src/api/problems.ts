import type { ProblemDetails } from "./types";

const PREFIX = "urn:fixity:problem:";

/** What the pages say instead of the server's own words, where the page knows better what to do next. */
const KNOWN: Readonly<Record<string, string>> = {
  "invalid-credentials": "The user name or the password is wrong.",
  "target-not-found": "This target does not exist, or was deleted.",
  "target-changed": "Somebody else changed this target at the same moment. Load it again and repeat your change.",
  "target-disabled": "This target is switched off. Enable it to scan it.",
  "scan-active": "A scan of this target is under way. Cancel it or wait for its end.",
  "scan-not-found": "This scan does not exist.",
  "scan-not-active": "This scan has ended already.",
  "file-not-corrupted": "There is nothing to accept any more: this file is what it should be.",
};

/** A request that failed: an answer of the server (RFC 9457), or none at all (`status` 0). */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    readonly problem: ProblemDetails,
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`);
  }

  /** The stable part of the problem's type, to switch on. */
  get slug(): string | null {
    const type = this.problem.type ?? "";
    return type.startsWith(PREFIX) ? type.slice(PREFIX.length) : null;
  }

  get isOffline(): boolean {
    return this.status === 0;
  }
}

/** One sentence for people about anything that was thrown. */
export function messageFor(error: unknown): string {
  if (!(error instanceof ApiError)) {
    return error instanceof Error && error.message ? error.message : "Something went wrong.";
  }

  const known = error.slug === null ? undefined : KNOWN[error.slug];
  if (known) {
    return known;
  }

  switch (error.status) {
    case 0:
      return "Fixity cannot be reached. Is it running, and is the network up?";
    case 401:
      return "Your session has ended. Sign in again.";
    case 429:
      return error.retryAfterSeconds === null
        ? "Too many requests. Wait a moment and try again."
        : `Too many requests. Try again in ${error.retryAfterSeconds} s.`;
  }

  const said = error.problem.detail ?? error.problem.title;
  if (said) {
    return said;
  }

  switch (error.status) {
    case 403:
      return "Your role does not allow this.";
    case 404:
      return "There is nothing at this address.";
    case 502:
    case 503:
    case 504:
      return "The service behind this page does not answer at the moment.";
    default:
      return `The server answered with status ${error.status}.`;
  }
}

/**
 * The messages of a failed validation, by field name as the forms use it.
 * The server may name a field by its property (`Root`), its JSON name (`root`) or its JSON path (`$.root`).
 */
export function fieldErrorsOf(error: unknown): Record<string, string> {
  const fields: Record<string, string> = {};
  if (error instanceof ApiError) {
    for (const [key, messages] of Object.entries(error.problem.errors ?? {})) {
      const name = key.replace(/^\$\./, "");
      fields[name.charAt(0).toLowerCase() + name.slice(1)] = messages.join(" ");
    }
  }
  return fields;
}
