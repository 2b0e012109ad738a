import { Alert, Button, Code } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useNavigate, useParams } from "react-router";
import type { Delivery, Webhook, WebhookTestResult } from "../../api/types";
import { WordBadge } from "../../ui/Badge";
import { type Column, DataTable } from "../../ui/DataTable";
import { ConfirmDialog } from "../../ui/dialogs";
import { Facts } from "../../ui/Facts";
import { UNKNOWN } from "../../ui/format";
import { Loaded, LoadedRows } from "../../ui/Loaded";
import { PageHeader } from "../../ui/PageHeader";
import { Panel } from "../../ui/Panel";
import { EmptyState } from "../../ui/states";
import { When } from "../../ui/values";
import { IfMay, useMay } from "../auth/session";
import { describeEvents } from "./eventTypes";
import { WebhookHealth } from "./WebhookHealth";
import {
  useDeleteWebhook,
  useDeliveries,
  useEnableWebhook,
  useResendDelivery,
  useTestWebhook,
  useWebhook,
} from "./webhookQueries";

export function WebhookPage() {
  const webhook = useWebhook(Number(useParams().webhookId));
  return (
    <Loaded query={webhook} what="the webhook">
      {(loaded) => <WebhookDetails webhook={loaded} />}
    </Loaded>
  );
}

function WebhookDetails({ webhook }: { webhook: Webhook }) {
  const test = useTestWebhook(webhook.id);
  const enable = useEnableWebhook(webhook);
  return (
    <>
      <PageHeader
        title={webhook.name}
        actions={
          <IfMay needs="admin">
            <Button loading={test.isPending} onClick={() => test.mutate(undefined)}>
              Send a test
            </Button>
            <Button variant="default" loading={enable.isPending} onClick={() => enable.mutate(!webhook.enabled)}>
              {webhook.enabled ? "Switch off" : "Enable"}
            </Button>
            <DeleteWebhook webhook={webhook} />
          </IfMay>
        }
      />
      {test.data && <TestResult result={test.data} />}
      <Panel title="What it does">
        <Facts
          facts={[
            ["Health", <WebhookHealth key="health" webhook={webhook} />],
            ["Address", webhook.url],
            ["Is told of", describeEvents(webhook)],
            ["Attempts", `${webhook.retryAttempts}, the first wait ${webhook.retryBackoffSeconds} s, then longer`],
            ["Time-out", `${webhook.timeoutSeconds} s`],
            ["Last success", <When key="last" time={webhook.lastSuccessAt} never="never" />],
            ["Waiting", `${webhook.pending} messages`],
          ]}
        />
      </Panel>
      <Deliveries webhookId={webhook.id} />
    </>
  );
}

function TestResult({ result }: { result: WebhookTestResult }) {
  const took = `${Math.round(result.durationMs)} ms`;
  return (
    <Alert
      role="status"
      color={result.delivered ? "teal" : "red"}
      title={result.delivered ? "The test arrived" : "The test did not arrive"}
    >
      {result.status === null ? "No answer" : `Status ${result.status}`} after {took}.
      {result.error && ` ${result.error}`}
      {result.responseBody && <Code block>{result.responseBody}</Code>}
    </Alert>
  );
}

function DeleteWebhook({ webhook }: { webhook: Webhook }) {
  const [asking, dialog] = useDisclosure();
  const navigate = useNavigate();
  const remove = useDeleteWebhook(webhook);
  return (
    <>
      <Button variant="default" onClick={dialog.open}>
        Delete
      </Button>
      <ConfirmDialog
        opened={asking}
        onClose={dialog.close}
        title={`Delete ${webhook.name}?`}
        confirm="Delete webhook"
        busy={remove.isPending}
        onConfirm={() => remove.mutate(undefined, { onSuccess: () => navigate("/alerts"), onError: dialog.close })}
      >
        {webhook.url} will be told nothing any more. The record of what was sent to it goes too
        {webhook.pending > 0 && `, and ${webhook.pending} messages that wait for it are never sent`}.
      </ConfirmDialog>
    </>
  );
}

const COLUMNS: readonly Column<Delivery>[] = [
  { label: "Event", cell: (delivery) => delivery.eventType },
  { label: "Status", cell: (delivery) => <WordBadge word={delivery.status} /> },
  { label: "Attempts", align: "end", cell: (delivery) => delivery.attempt },
  { label: "Made", cell: (delivery) => <When time={delivery.createdAt} /> },
  {
    label: "Arrived",
    cell: (delivery) =>
      delivery.nextAttemptAt === null ? (
        <When time={delivery.deliveredAt} />
      ) : (
        <>
          next try <When time={delivery.nextAttemptAt} />
        </>
      ),
  },
  { label: "Answer", cell: (delivery) => delivery.responseStatus ?? delivery.error ?? UNKNOWN },
];

function Deliveries({ webhookId }: { webhookId: number }) {
  const deliveries = useDeliveries(webhookId);
  const resend = useResendDelivery(webhookId);
  const again: Column<Delivery> = {
    label: "Again",
    cell: (delivery) =>
      delivery.status === "pending" ? null : (
        <Button
          size="compact-xs"
          variant="default"
          loading={resend.isPending && resend.variables === delivery.id}
          onClick={() => resend.mutate(delivery.id)}
        >
          Send again
        </Button>
      ),
  };
  const columns = useMay("admin") ? [...COLUMNS, again] : COLUMNS;

  return (
    <Panel title="Deliveries" flush>
      <LoadedRows
        pages={deliveries}
        what="deliveries"
        empty={<EmptyState title="Nothing was sent yet">Send a test to see whether the receiver answers.</EmptyState>}
      >
        {(rows) => <DataTable caption="Deliveries" columns={columns} rows={rows} rowKey={(delivery) => delivery.id} />}
      </LoadedRows>
    </Panel>
  );
}
