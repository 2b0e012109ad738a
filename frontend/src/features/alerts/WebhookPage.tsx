import { Alert, Button, SimpleGrid } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Link, useNavigate, useParams } from "react-router";
import { messageFor } from "../../api/problems";
import type { Attempt, Delivery, Webhook } from "../../api/types";
import { WordBadge } from "../../ui/Badge";
import { type Column, DataTable } from "../../ui/DataTable";
import { ConfirmDialog } from "../../ui/dialogs";
import { Facts } from "../../ui/Facts";
import { formatDuration, formatWord, UNKNOWN } from "../../ui/format";
import { Loaded, LoadedRows } from "../../ui/Loaded";
import { PageHeader } from "../../ui/PageHeader";
import { Panel } from "../../ui/Panel";
import { PathText } from "../../ui/PathText";
import { EmptyState } from "../../ui/states";
import { Count, When } from "../../ui/values";
import { IfMay, useMay } from "../auth/session";
import { useTargets } from "../targets/targetQueries";
import { describeEvents } from "./eventTypes";
import { modeLabel, receiverOf } from "./receivers";
import { TestReport, TestResult } from "./TestReport";
import { Backlog, WebhookHealth } from "./WebhookHealth";
import {
  useAttempts,
  useDeleteWebhook,
  useDeliveries,
  useEnableWebhook,
  useResendDelivery,
  useTestSettings,
  useTestWebhook,
  useWebhook,
} from "./webhookQueries";

export function WebhookPage() {
  const webhook = useWebhook(Number(useParams().webhookId));
  return (
    <Loaded query={webhook} what="the receiver">
      {(loaded) => <WebhookDetails webhook={loaded} />}
    </Loaded>
  );
}

function WebhookDetails({ webhook }: { webhook: Webhook }) {
  const test = useTestWebhook(webhook.id);
  const samples = useTestSettings(webhook.id);
  const enable = useEnableWebhook(webhook);
  return (
    <>
      <PageHeader
        title={webhook.name}
        actions={
          <IfMay needs="admin">
            <Button loading={test.isPending} onClick={() => test.mutate(undefined, { onSettled: samples.reset })}>
              Send a test
            </Button>
            <Button
              variant="default"
              loading={samples.isPending}
              onClick={() => samples.mutate({}, { onSettled: test.reset })}
            >
              Send a sample of each event
            </Button>
            <Button variant="default" component={Link} to={`/alerts/${webhook.id}/edit`}>
              Edit
            </Button>
            <Button variant="default" loading={enable.isPending} onClick={() => enable.mutate(!webhook.enabled)}>
              {webhook.enabled ? "Switch off" : "Enable"}
            </Button>
            <DeleteWebhook webhook={webhook} />
          </IfMay>
        }
      />
      {test.data && <TestResult result={test.data} />}
      {samples.data && <TestReport report={samples.data} />}
      {samples.error && (
        <Alert color="red" role="alert">
          {messageFor(samples.error)}
        </Alert>
      )}
      {webhook.disabledReason !== null && !webhook.enabled && (
        <Alert color="red" title="Fixity switched it off">
          {webhook.disabledReason} <When time={webhook.disabledAt} />. Enable it to tell it again.
        </Alert>
      )}
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Panel title="How it fares">
          <HealthFacts webhook={webhook} />
        </Panel>
        <Panel title="What it is told">
          <RuleFacts webhook={webhook} />
        </Panel>
      </SimpleGrid>
      <Deliveries webhookId={webhook.id} />
      <Attempts webhookId={webhook.id} />
    </>
  );
}

function HealthFacts({ webhook }: { webhook: Webhook }) {
  const { lastAttempt, backlog } = webhook;
  return (
    <Facts
      facts={[
        ["Health", <WebhookHealth key="health" webhook={webhook} />],
        ["Last success", <When key="last" time={webhook.lastSuccessAt} never="never" />],
        lastAttempt
          ? [
              "Last attempt",
              <span key="attempt">
                <When time={lastAttempt.startedAt} />, {lastAttempt.error ?? lastAttempt.outcome}
              </span>,
            ]
          : undefined,
        ["Waiting", <Backlog key="backlog" webhook={webhook} />],
        backlog.oldestAt ? ["Oldest that waits", <When key="oldest" time={backlog.oldestAt} />] : undefined,
        ["Attempts", `${webhook.retryAttempts}, the first wait ${webhook.retryBackoffSeconds} s, then longer`],
        ["Time-out", `${webhook.timeoutSeconds} s`],
      ]}
    />
  );
}

function RuleFacts({ webhook }: { webhook: Webhook }) {
  const { mail } = webhook;
  const targets = useTargets();
  const nameOf = (id: number) => targets.items?.find((target) => target.id === id)?.name ?? `target ${id}`;
  return (
    <Facts
      facts={[
        ["Kind", receiverOf(webhook.format).label],
        ["Address", webhook.url],
        mail ? ["Mail", `from ${mail.from} to ${mail.to.join(", ")}`] : undefined,
        mail
          ? ["Protection", mail.security === "none" ? "none, in the clear" : mail.security.toUpperCase()]
          : undefined,
        webhook.headers.length > 0 ? ["Headers", webhook.headers.join(", ")] : undefined,
        ["How often", modeLabel(webhook.mode)],
        ["Is told of", describeEvents(webhook)],
        ["From severity", formatWord(webhook.minSeverity)],
        ["Targets", webhook.targets.length === 0 ? "all" : webhook.targets.map(nameOf).join(", ")],
        webhook.paths.length > 0 ? ["Files", <PathText key="paths" path={webhook.paths.join(", ")} />] : undefined,
      ]}
    />
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
        confirm="Delete receiver"
        busy={remove.isPending}
        onConfirm={() => remove.mutate(undefined, { onSuccess: () => navigate("/alerts"), onError: dialog.close })}
      >
        {webhook.url} will be told nothing any more. The record of what was sent to it goes too
        {webhook.backlog.pending > 0 && `, and ${webhook.backlog.pending} messages that wait for it are never sent`}.
      </ConfirmDialog>
    </>
  );
}

const COLUMNS: readonly Column<Delivery>[] = [
  { label: "Message", cell: (delivery) => <PathText path={delivery.title ?? delivery.eventType} max={90} /> },
  { label: "Events", align: "end", cell: (delivery) => <Count value={delivery.eventCount} /> },
  { label: "Status", cell: (delivery) => <WordBadge word={delivery.status} label={deliveryLabel(delivery)} /> },
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
  { label: "Answer", cell: (delivery) => delivery.error ?? delivery.responseStatus ?? UNKNOWN },
];

function deliveryLabel({ status, isFolded }: Delivery): string {
  return isFolded ? `${formatWord(status)}, summed up` : formatWord(status);
}

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
    <Panel title="Messages" flush>
      <LoadedRows
        pages={deliveries}
        what="messages"
        empty={<EmptyState title="Nothing was sent yet">Send a test to see whether the receiver answers.</EmptyState>}
      >
        {(rows) => <DataTable caption="Messages" columns={columns} rows={rows} rowKey={(delivery) => delivery.id} />}
      </LoadedRows>
    </Panel>
  );
}

const ATTEMPT_COLUMNS: readonly Column<Attempt>[] = [
  { label: "When", cell: (attempt) => <When time={attempt.startedAt} /> },
  { label: "Message", cell: (attempt) => <PathText path={attempt.title ?? attempt.eventType} max={70} /> },
  { label: "Attempt", align: "end", cell: (attempt) => attempt.attempt },
  { label: "Outcome", cell: (attempt) => <WordBadge word={attempt.outcome} /> },
  { label: "Took", align: "end", cell: (attempt) => formatDuration(attempt.durationMs) },
  { label: "Answer", cell: (attempt) => attempt.error ?? attempt.responseStatus ?? UNKNOWN },
  {
    label: "Said",
    cell: ({ responseBody }) => (responseBody ? <PathText path={responseBody} max={80} /> : UNKNOWN),
  },
];

function Attempts({ webhookId }: { webhookId: number }) {
  const attempts = useAttempts(webhookId);
  return (
    <Panel title="Last attempts" flush>
      <Loaded query={attempts} what="attempts">
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title="Nothing was tried yet" />
          ) : (
            <DataTable
              caption="Last attempts"
              columns={ATTEMPT_COLUMNS}
              rows={items}
              rowKey={(attempt) => attempt.id}
            />
          )
        }
      </Loaded>
    </Panel>
  );
}
