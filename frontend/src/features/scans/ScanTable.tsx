import { Group } from "@mantine/core";
import { Link } from "react-router";
import type { Scan } from "../../api/types";
import { Badge, WordBadge } from "../../ui/Badge";
import { type Column, DataTable } from "../../ui/DataTable";
import { formatCount, formatDuration, formatWord, UNKNOWN } from "../../ui/format";
import { LoadedRows } from "../../ui/Loaded";
import { EmptyState } from "../../ui/states";
import { Bytes, Count, When } from "../../ui/values";
import { isActive, statusWords } from "./progress";
import { type ScanFilter, useScans } from "./scanQueries";

const COLUMNS: readonly Column<Scan>[] = [
  { label: "Scan", cell: (scan) => <Link to={`/scans/${scan.id}`}>{`#${scan.id}`}</Link> },
  { label: "Target", cell: (scan) => <Link to={`/targets/${scan.targetId}`}>{scan.targetName}</Link> },
  { label: "Status", cell: (scan) => <ScanStatus scan={scan} /> },
  { label: "Kind", cell: (scan) => scanKind(scan) },
  { label: "Started", cell: (scan) => <When time={scan.startedAt ?? scan.requestedAt} /> },
  { label: "Took", align: "end", cell: (scan) => scanDuration(scan) },
  { label: "Files", align: "end", cell: (scan) => <Count value={scan.filesSeen} /> },
  { label: "Read", align: "end", cell: (scan) => <Bytes value={scan.bytesHashed} /> },
  { label: "Found", cell: (scan) => scanFindings(scan) },
];

interface Props {
  filter: ScanFilter;
  limit?: number;
  withTarget?: boolean;
}

export function ScanTable({ filter, limit, withTarget = true }: Props) {
  const scans = useScans(filter, limit);
  const columns = withTarget ? COLUMNS : COLUMNS.filter(({ label }) => label !== "Target");
  return (
    <LoadedRows
      pages={scans}
      what="scans"
      empty={<EmptyState title="No scan here yet">Start one with “Scan now” on a target.</EmptyState>}
    >
      {(rows) => <DataTable caption="Scans" columns={columns} rows={rows} rowKey={(scan) => scan.id} />}
    </LoadedRows>
  );
}

export function ScanStatus({ scan }: { scan: Scan }) {
  const words = statusWords(scan);
  return <WordBadge word={scan.status} {...(words ? { label: words } : {})} />;
}

export function scanKind(scan: Scan): string {
  if (scan.isBaseline) {
    return "First scan";
  }
  return scan.mode === "full" ? "Full verification" : formatWord(scan.trigger === "manual" ? "by hand" : scan.trigger);
}

export function scanDuration(scan: Scan): string {
  if (scan.startedAt === null || (scan.endedAt ?? scan.updatedAt) === null) {
    return UNKNOWN;
  }
  return formatDuration(Date.parse(scan.endedAt ?? scan.updatedAt ?? "") - Date.parse(scan.startedAt));
}

/** What came out of it, worst first. */
function scanFindings(scan: Scan) {
  if (scan.filesCorrupted > 0 || scan.filesTampered > 0) {
    return (
      <Group gap={4}>
        {scan.filesCorrupted > 0 && (
          <Badge tone="bad" sign="✕">{`${formatCount(scan.filesCorrupted)} corrupted`}</Badge>
        )}
        {scan.filesTampered > 0 && <Badge tone="bad" sign="≠">{`${formatCount(scan.filesTampered)} tampered`}</Badge>}
      </Group>
    );
  }
  const changed = scan.filesAdded + scan.filesDeleted + scan.filesModified + scan.filesMoved + scan.filesRestored;
  if (changed > 0) {
    return `${formatCount(changed)} ${changed === 1 ? "change" : "changes"}`;
  }
  if (isActive(scan)) {
    return UNKNOWN;
  }
  if (scan.isBaseline) {
    return "baseline";
  }
  return scan.status === "completed" ? "no change" : (scan.message ?? UNKNOWN);
}
