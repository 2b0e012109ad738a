import { Alert, Button, Group, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Link, useParams } from "react-router";
import type { Scan, ScanError } from "../../api/types";
import { type Column, DataTable } from "../../ui/DataTable";
import { ConfirmDialog } from "../../ui/dialogs";
import { Facts, Figures } from "../../ui/Facts";
import { formatBytes, formatDuration, formatWord } from "../../ui/format";
import { Loaded, LoadedRows } from "../../ui/Loaded";
import { PageHeader } from "../../ui/PageHeader";
import { Panel } from "../../ui/Panel";
import { PathText } from "../../ui/PathText";
import { Bytes, Count, When } from "../../ui/values";
import { IfMay } from "../auth/session";
import { ChangeList } from "../changes/ChangeList";
import { StorageStateOf } from "../targets/StorageState";
import { isActive } from "./progress";
import { ScanProgress } from "./ScanProgress";
import { ScanSegments } from "./ScanSegments";
import { ScanStatus, scanDuration, scanKind } from "./ScanTable";
import { useControlScan, useScan, useScanErrors } from "./scanQueries";

/** One scan, kept current until it ends. */
export function ScanPage() {
  const scan = useScan(Number(useParams().scanId));
  return (
    <Loaded query={scan} what="the scan">
      {(loaded) => <ScanDetails scan={loaded} />}
    </Loaded>
  );
}

function ScanDetails({ scan }: { scan: Scan }) {
  const active = isActive(scan);
  return (
    <>
      <PageHeader
        title={
          <>
            Scan {scan.id} of <Link to={`/targets/${scan.targetId}`}>{scan.targetName}</Link>
          </>
        }
        tab={`Scan ${scan.id} of ${scan.targetName}`}
        actions={active && <ScanControls scan={scan} />}
      />
      {!active && scan.message && (
        <Alert color={scan.status === "completed" ? "gray" : "yellow"} title={formatWord(scan.reason ?? scan.status)}>
          {scan.message}
          {scan.resumedBy !== null && (
            <>
              {" "}
              See <Link to={`/scans/${scan.resumedBy}`}>scan {scan.resumedBy}</Link>.
            </>
          )}
        </Alert>
      )}
      {scan.largeChange && (
        <Alert color="yellow" title="Large change">
          {scan.largeChangeReason ?? "This scan found more changes than the limits of its target allow."}
        </Alert>
      )}
      {active && (
        <Panel title="Progress">
          <ScanProgress scan={scan} />
        </Panel>
      )}
      <Panel title={active ? "Found so far" : "Found"}>
        <Findings scan={scan} />
      </Panel>
      <Panel title="This scan">
        <ScanFacts scan={scan} />
      </Panel>
      <ScanSegments segments={scan.segments ?? []} />
      {scan.errorsCount > 0 && <Errors scan={scan} />}
      {scan.filesSkipped > 0 && <Skipped scan={scan} />}
      {(!scan.isBaseline || scan.filesCorrupted + scan.filesTampered + scan.filesRestored > 0) && (
        <Panel title="Changes" actions={<Link to={`/changes?scan=${scan.id}`}>Open in the feed</Link>} flush>
          {scan.resumedFrom !== null && (
            <Text size="sm" c="dimmed" px="md" pb="xs">
              What was found before is listed with{" "}
              <Link to={`/scans/${scan.resumedFrom}`}>scan {scan.resumedFrom}</Link>.
            </Text>
          )}
          <ChangeList filter={{ scan: scan.id }} limit={50} />
        </Panel>
      )}
    </>
  );
}

function Findings({ scan }: { scan: Scan }) {
  const count = (name: string, value: number) => [name, <Count key={name} value={value} />] as const;
  const ifAny = (name: string, value: number) => (value > 0 ? count(name, value) : undefined);
  return (
    <Figures
      figures={[
        count("Corrupted", scan.filesCorrupted),
        ifAny("Tampered", scan.filesTampered),
        count("Modified", scan.filesModified),
        count("Added", scan.filesAdded),
        count("Deleted", scan.filesDeleted),
        count("Moved", scan.filesMoved),
        ifAny("Restored", scan.filesRestored),
        count("Verified", scan.filesVerified),
        ifAny("Unreadable", scan.filesUnreadable),
        ifAny("Changed while read", scan.filesUnstable),
        ifAny("Skipped", scan.filesSkipped),
        ifAny("Excluded", scan.filesExcluded),
        ifAny("Unknown", scan.filesUnknown),
        ifAny("Errors", scan.errorsCount),
      ]}
    />
  );
}

function ScanFacts({ scan }: { scan: Scan }) {
  return (
    <Facts
      facts={[
        ["Status", <ScanStatus key="status" scan={scan} />],
        ["Storage now", <StorageStateOf key="storage" scan={scan} />],
        ["Kind", scanKind(scan)],
        [
          "Asked for",
          <span key="requested">
            <When time={scan.requestedAt} />
            {scan.requestedBy && ` by ${scan.requestedBy}`}
          </span>,
        ],
        ifGiven("Not before", scan.endedAt === null && scan.startedAt === null ? scan.notBefore : null),
        ifGiven("Expected to start", scan.expectedStartAt),
        scan.expectedSeconds == null
          ? undefined
          : ["Usually takes", <span key="usual">{formatDuration(scan.expectedSeconds * 1000)}</span>],
        ["Started", <When key="started" time={scan.startedAt} never="not yet" />],
        ["Ended", <When key="ended" time={scan.endedAt} never="not yet" />],
        ["Took", scanDuration(scan)],
        [
          "Looked at",
          <span key="seen">
            <Count value={scan.filesSeen} /> files, <Bytes value={scan.bytesSeen} />
          </span>,
        ],
        [
          "Read",
          <span key="hashed">
            <Count value={scan.filesHashed} /> files, <Bytes value={scan.bytesHashed} />
            {averageRate(scan)}
          </span>,
        ],
        scan.retryOf === null
          ? undefined
          : [
              "Attempt",
              <span key="attempt">
                {scan.attempt}, after <Link to={`/scans/${scan.retryOf}`}>{`Scan ${scan.retryOf}`}</Link> failed
              </span>,
            ],
        scan.resumedFrom === null
          ? undefined
          : [
              "Goes on for",
              <span key="from">
                <Link to={`/scans/${scan.resumedFrom}`}>{`Scan ${scan.resumedFrom}`}</Link>, whose scanner was lost; the
                figures are of both together
              </span>,
            ],
        scan.resumedBy === null
          ? undefined
          : ["Went on as", <Link key="by" to={`/scans/${scan.resumedBy}`}>{`Scan ${scan.resumedBy}`}</Link>],
      ]}
    />
  );
}

function ifGiven(label: string, time: string | null | undefined) {
  return time == null ? undefined : ([label, <When key={label} time={time} />] as const);
}

function averageRate(scan: Scan): string {
  if (scan.startedAt === null || scan.endedAt === null || scan.bytesHashed === 0) {
    return "";
  }
  const seconds = (Date.parse(scan.endedAt) - Date.parse(scan.startedAt)) / 1000;
  return seconds > 0 ? ` (${formatBytes(scan.bytesHashed / seconds)}/s)` : "";
}

function ScanControls({ scan }: { scan: Scan }) {
  const control = useControlScan(scan.id);
  const [asking, dialog] = useDisclosure();
  const pausable = scan.status !== "paused" && scan.control !== "pause";

  return (
    <IfMay needs="operator">
      <Group gap="xs">
        <Button
          variant="default"
          loading={control.isPending && control.variables !== "cancel"}
          disabled={scan.control === "cancel"}
          onClick={() => control.mutate(pausable ? "pause" : "resume")}
        >
          {pausable ? "Pause" : "Resume"}
        </Button>
        <Button variant="default" disabled={scan.control === "cancel"} onClick={dialog.open}>
          Cancel scan
        </Button>
      </Group>
      <ConfirmDialog
        opened={asking}
        onClose={dialog.close}
        title="Cancel this scan?"
        confirm="Cancel scan"
        busy={control.isPending}
        onConfirm={() => control.mutate("cancel", { onSettled: dialog.close })}
      >
        What it found until now ({formatDuration(elapsedMs(scan))} of work) stays; the files it did not reach keep their
        last known state. Nothing is reported as deleted by a cancelled scan.
      </ConfirmDialog>
    </IfMay>
  );
}

function elapsedMs(scan: Scan): number {
  return scan.startedAt === null ? 0 : Date.parse(scan.updatedAt ?? scan.startedAt) - Date.parse(scan.startedAt);
}

const ERROR_COLUMNS: readonly Column<ScanError>[] = [
  { label: "Path", cell: (error) => <PathText path={error.path} /> },
  { label: "Kind", cell: (error) => formatWord(error.kind) },
  { label: "Message", cell: (error) => error.message },
  { label: "When", cell: (error) => <When time={error.occurredAt} /> },
];

function Errors({ scan }: { scan: Scan }) {
  const errors = useScanErrors(scan.id, false);
  return (
    <Panel title="Errors" flush>
      <LoadedRows pages={errors} what="errors" empty="No errors">
        {(rows) => <DataTable caption="Errors" columns={ERROR_COLUMNS} rows={rows} rowKey={(error) => error.id} />}
      </LoadedRows>
    </Panel>
  );
}

const SKIPPED_COLUMNS: readonly Column<ScanError>[] = [
  { label: "Path", cell: (entry) => <PathText path={entry.path} /> },
  { label: "What it is", cell: (entry) => formatWord(entry.message) },
];

function Skipped({ scan }: { scan: Scan }) {
  const entries = useScanErrors(scan.id, true);
  return (
    <Panel title="Never opened: not regular files" flush>
      <LoadedRows pages={entries} what="entries" empty="None is listed">
        {(rows) => <DataTable caption="Skipped" columns={SKIPPED_COLUMNS} rows={rows} rowKey={(entry) => entry.id} />}
      </LoadedRows>
    </Panel>
  );
}
