import type { Scan } from "../../api/types";
import { WordBadge } from "../../ui/Badge";
import { type Column, DataTable } from "../../ui/DataTable";
import { UNKNOWN } from "../../ui/format";
import { Panel } from "../../ui/Panel";
import { PathText } from "../../ui/PathText";

type Segment = NonNullable<Scan["segments"]>[number];

const COLUMNS: readonly Column<Segment>[] = [
  { label: "Part", cell: (segment) => segment.ordinal + 1 },
  { label: "Status", cell: (segment) => <WordBadge word={segment.status} /> },
  { label: "Scanner", cell: (segment) => segment.scanner ?? UNKNOWN },
  {
    label: "Done up to",
    cell: (segment) => (segment.checkpoint === null ? UNKNOWN : <PathText path={segment.checkpoint} max={64} />),
  },
  { label: "Attempts", align: "end", cell: (segment) => segment.attempt },
];

/** Who works on which part. Worth showing only where there is more than one, or where it was tried again. */
export function ScanSegments({ segments }: { segments: readonly Segment[] }) {
  if (segments.length < 2 && (segments[0]?.attempt ?? 0) < 2) {
    return null;
  }
  return (
    <Panel title="Parts" flush>
      <DataTable caption="Parts of the scan" columns={COLUMNS} rows={segments} rowKey={(segment) => segment.ordinal} />
    </Panel>
  );
}
