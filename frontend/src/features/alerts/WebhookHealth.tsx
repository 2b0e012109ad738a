import type { Webhook } from "../../api/types";
import { Badge } from "../../ui/Badge";

export function WebhookHealth({ webhook }: { webhook: Webhook }) {
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
