import type { Webhook } from "../../api/types";
import { Badge } from "../../ui/Badge";

/** How a receiver fares, in a word and a sign. */
export function WebhookHealth({ webhook }: { webhook: Webhook }) {
  if (webhook.disabledAt !== null && !webhook.enabled) {
    return (
      <Badge tone="bad" sign="⊘">
        Switched off by itself
      </Badge>
    );
  }
  if (!webhook.enabled) {
    return <Badge tone="quiet">Switched off</Badge>;
  }
  if (webhook.failuresInARow > 0) {
    return (
      <Badge tone="bad" sign="✕">
        {`Failing, ${webhook.failuresInARow} in a row`}
      </Badge>
    );
  }
  return webhook.lastSuccessAt === null ? (
    <Badge tone="quiet" sign="?">
      Not used yet
    </Badge>
  ) : (
    <Badge tone="good" sign="✓">
      Works
    </Badge>
  );
}

/** What waits for it; nothing when nothing does. */
export function Backlog({ webhook: { backlog } }: { webhook: Webhook }) {
  const parts = [
    backlog.pending > 0 ? `${backlog.pending.toLocaleString("en")} to send` : null,
    backlog.gathering > 0 ? `${backlog.gathering.toLocaleString("en")} events gathering` : null,
    backlog.folded > 0 ? `${backlog.folded.toLocaleString("en")} events summed up` : null,
  ].filter((part) => part !== null);
  return parts.length === 0 ? "nothing" : parts.join(", ");
}
