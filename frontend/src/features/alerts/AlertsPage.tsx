import { Button } from "@mantine/core";
import { Link } from "react-router";
import type { Webhook } from "../../api/types";
import { type Column, DataTable } from "../../ui/DataTable";
import { LoadedRows } from "../../ui/Loaded";
import { PageHeader } from "../../ui/PageHeader";
import { Panel } from "../../ui/Panel";
import { EmptyState } from "../../ui/states";
import { When } from "../../ui/values";
import { IfMay } from "../auth/session";
import { describeEvents } from "./eventTypes";
import { MutesPanel } from "./MutesPanel";
import { modeLabel, receiverOf } from "./receivers";
import { Backlog, WebhookHealth } from "./WebhookHealth";
import { useWebhooks } from "./webhookQueries";

const COLUMNS: readonly Column<Webhook>[] = [
  { label: "Receiver", cell: (webhook) => <Link to={`/alerts/${webhook.id}`}>{webhook.name}</Link> },
  { label: "Kind", cell: (webhook) => receiverOf(webhook.format).label },
  { label: "Health", cell: (webhook) => <WebhookHealth webhook={webhook} /> },
  { label: "Is told of", cell: (webhook) => describeEvents(webhook) },
  { label: "How often", cell: (webhook) => modeLabel(webhook.mode) },
  { label: "Last success", cell: (webhook) => <When time={webhook.lastSuccessAt} never="never" /> },
  { label: "Waiting", cell: (webhook) => <Backlog webhook={webhook} /> },
];

/** Who is told when something happens, and what is kept quiet. */
export function AlertsPage() {
  const webhooks = useWebhooks();
  return (
    <>
      <PageHeader
        title="Alerts"
        actions={
          <IfMay needs="admin">
            <Button component={Link} to="/alerts/new">
              Add receiver
            </Button>
          </IfMay>
        }
      />
      <Panel title="Who is told" flush>
        <LoadedRows
          pages={webhooks}
          what="receivers"
          empty={
            <EmptyState title="Nobody is told yet">
              A receiver is told what Fixity finds: a chat, a pager, a mailbox, a log server, a program of yours. Each
              message is sent again until it arrives.
            </EmptyState>
          }
        >
          {(rows) => <DataTable caption="Receivers" columns={COLUMNS} rows={rows} rowKey={(webhook) => webhook.id} />}
        </LoadedRows>
      </Panel>
      <MutesPanel />
    </>
  );
}
