import { Button, Text } from "@mantine/core";
import type { RetentionRun } from "../../api/types";
import { Badge } from "../../ui/Badge";
import { type Column, DataTable } from "../../ui/DataTable";
import { formatBytes, formatCount, formatWord } from "../../ui/format";
import { Loaded } from "../../ui/Loaded";
import { Panel } from "../../ui/Panel";
import { EmptyState } from "../../ui/states";
import { Bytes, Count, When } from "../../ui/values";
import { may } from "../auth/roles";
import { useSession } from "../auth/session";
import { SettingsForm } from "./SettingsForm";
import { useRetentionRuns, useRunRetention, useSettings } from "./settingsQueries";

export const RETENTION_KEYS: readonly string[] = [
  "retention_days",
  "scan_details_days",
  "deliveries_retention_days",
  "audit_retention_days",
];

const COLUMNS: readonly Column<RetentionRun>[] = [
  { label: "Run", cell: (run) => <When time={run.startedAt ?? run.requestedAt} /> },
  { label: "Asked for by", cell: (run) => run.requestedBy ?? "the time of day" },
  { label: "State", cell: (run) => <RunState run={run} /> },
  { label: "Removed", cell: (run) => removedBy(run) },
  { label: "Rows", align: "end", cell: (run) => <Count value={run.rows} /> },
  { label: "Freed", align: "end", cell: (run) => <Bytes value={run.bytes} /> },
];

/** What is kept how long, and what the last runs removed. */
export function Retention() {
  const settings = useSettings();
  const runs = useRetentionRuns();
  const start = useRunRetention();
  const isAdmin = may(useSession().data?.user?.role, "admin");
  return (
    <>
      <Panel title="How long things are kept">
        <Loaded query={settings} what="settings">
          {({ items }) => <SettingsForm settings={items.filter(({ key }) => RETENTION_KEYS.includes(key))} />}
        </Loaded>
      </Panel>
      <Panel
        title="What was removed"
        flush
        actions={
          isAdmin && (
            <Button variant="default" loading={start.isPending} onClick={() => start.mutate(undefined)}>
              Remove now
            </Button>
          )
        }
      >
        <Loaded query={runs} what="what was removed">
          {({ items, nextRunAt }) =>
            items.length === 0 ? (
              <EmptyState title="Nothing was past its time yet">
                The next look is <When time={nextRunAt} />. Baselines of files that are there and corruptions that
                nobody acknowledged always stay.
              </EmptyState>
            ) : (
              <>
                <DataTable caption="Retention runs" columns={COLUMNS} rows={items} rowKey={(run) => run.id} />
                <Text size="sm" c="dimmed" px="md" py="sm">
                  The next run begins <When time={nextRunAt} />. Baselines of files that are there and corruptions that
                  nobody acknowledged always stay.
                </Text>
              </>
            )
          }
        </Loaded>
      </Panel>
    </>
  );
}

function RunState({ run }: { run: RetentionRun }) {
  switch (run.status) {
    case "completed":
      return (
        <Badge tone="good" sign="✓">
          Completed
        </Badge>
      );
    case "incomplete":
      return (
        <span title={run.message ?? undefined}>
          <Badge tone="bad" sign="✕">
            Incomplete
          </Badge>{" "}
          {run.message}
        </span>
      );
    default:
      return <Badge tone="quiet">{run.kind === null ? "Waiting" : `At ${formatWord(run.kind).toLowerCase()}`}</Badge>;
  }
}

function removedBy({ removed }: RetentionRun): string {
  return removed.length === 0
    ? "nothing"
    : removed
        .map(({ kind, rows, bytes }) => `${formatWord(kind)}: ${formatCount(rows)} (${formatBytes(bytes)})`)
        .join(", ");
}
