import { Button } from "@mantine/core";
import { Link } from "react-router";
import type { Webhook } from "../../api/types";
import { type Column, DataTable } from "../../ui/DataTable";
import { LoadedRows } from "../../ui/Loaded";
import { PageHeader } from "../../ui/PageHeader";
import { Panel } from "../../ui/Panel";
import { EmptyState } from "../../ui/states";
import { Count, When } from "../../ui/values";
import { IfMay } from "../auth/session";
import { describeEvents } from "./eventTypes";
import { WebhookHealth } from "./WebhookHealth";
import { useWebhooks } from "./webhookQueries";

const COLUMNS: readonly Column<Webhook>[] = [
  { label: "Webhook", cell: (webhook) => <Link to={`/alerts/${webhook.id}`}>{webhook.name}</Link> },
  { label: "Health", cell: (webhook) => <WebhookHealth webhook={webhook} /> },
  { label: "Address", cell: (webhook) => <span style={{ overflowWrap: "anywhere" }}>{webhook.url}</span> },
  { label: "Is told of", cell: (webhook) => describeEvents(webhook) },
  { label: "Last success", cell: (webhook) => <When time={webhook.lastSuccessAt} never="never" /> },
  { label: "Waiting", align: "end", cell: (webhook) => <Count value={webhook.pending} /> },
];

/** Who is told when something happens. */
export function AlertsPage() {
  const webhooks = useWebhooks();
  return (
    <>
      <PageHeader
        title="Alerts"
        actions={
          <IfMay needs="admin">
            <Button component={Link} to="/alerts/new">
              Add webhook
            </Button>
          </IfMay>
        }
      />
      <Panel flush>
        <LoadedRows
          pages={webhooks}
          what="webhooks"
          empty={
            <EmptyState title="Nobody is told yet">
              A webhook sends what Fixity finds to another program: a chat, a ticket system, a script of yours. Each
              message is signed and sent again until it arrives.
            </EmptyState>
          }
        >
          {(rows) => <DataTable caption="Webhooks" columns={COLUMNS} rows={rows} rowKey={(webhook) => webhook.id} />}
        </LoadedRows>
      </Panel>
    </>
  );
}
