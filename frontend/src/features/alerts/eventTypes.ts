import type { Webhook } from "../../api/types";

/** What a webhook can be told of. A kind with an asterisk stands for all of it. */
export const EVENT_TYPES = [
  "file.*",
  "file.corrupted",
  "file.tampered",
  "file.deleted",
  "file.modified",
  "file.added",
  "file.moved",
  "file.restored",
  "file.attributes",
  "file.touched",
  "large_change.detected",
  "scan.*",
  "scan.completed",
  "scan.partial",
  "scan.failed",
  "target.*",
  "target.offline",
  "target.online",
  "verification.stale",
];

/** What somebody who has not chosen should hear of: damage, and not being able to look. */
export const SENSIBLE_EVENTS = [
  "file.corrupted",
  "file.tampered",
  "large_change.detected",
  "scan.failed",
  "scan.partial",
  "target.offline",
  "verification.stale",
];

export function describeEvents({
  eventIncludes,
  eventExcludes,
}: Pick<Webhook, "eventIncludes" | "eventExcludes">): string {
  const included = eventIncludes.length === 0 ? "everything" : eventIncludes.join(", ");
  return eventExcludes.length === 0 ? included : `${included}, but not ${eventExcludes.join(", ")}`;
}
