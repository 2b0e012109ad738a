import { Button, Text } from "@mantine/core";
import { Link } from "react-router";
import type { Target } from "../../api/types";
import { WordBadge } from "../../ui/Badge";
import { type Column, DataTable } from "../../ui/DataTable";
import { LoadedRows } from "../../ui/Loaded";
import { PageHeader } from "../../ui/PageHeader";
import { Panel } from "../../ui/Panel";
import { PathText } from "../../ui/PathText";
import { Bytes, Count, When } from "../../ui/values";
import { IfMay } from "../auth/session";
import { ScanAllButton } from "../scans/StartScanButtons";
import { NoTargets } from "./NoTargets";
import { describeSchedule } from "./schedules";
import { TargetCount } from "./TargetCount";
import { useTargets } from "./targetQueries";

const COLUMNS: readonly Column<Target>[] = [
  {
    label: "Target",
    cell: (target) => (
      <>
        <Link to={`/targets/${target.id}`}>{target.name}</Link>
        <Text size="sm" c="dimmed">
          <PathText path={target.root} max={48} />
        </Text>
      </>
    ),
  },
  { label: "State", cell: (target) => <WordBadge word={target.state} /> },
  { label: "Files", align: "end", cell: (target) => <Count value={target.filesPresent} /> },
  { label: "Size", align: "end", cell: (target) => <Bytes value={target.bytesPresent} /> },
  { label: "Needs you", cell: (target) => <TargetCount target={target} /> },
  {
    label: "Last scan",
    cell: ({ activeScan, lastScan }) =>
      activeScan ? (
        <Link to={`/scans/${activeScan.id}`}>
          <WordBadge word={activeScan.status} />
        </Link>
      ) : (
        <When time={lastScan?.endedAt} never="never" />
      ),
  },
  {
    label: "Schedule",
    cell: (target) => describeSchedule(target),
  },
];

export function TargetsPage() {
  const targets = useTargets();
  return (
    <>
      <PageHeader
        title="Targets"
        actions={
          <>
            <IfMay needs="operator">{targets.items?.length ? <ScanAllButton /> : null}</IfMay>
            <IfMay needs="admin">
              <Button component={Link} to="/targets/new">
                Add target
              </Button>
            </IfMay>
          </>
        }
      />
      <Panel flush>
        <LoadedRows pages={targets} what="targets" empty={<NoTargets />}>
          {(rows) => <DataTable caption="Targets" columns={COLUMNS} rows={rows} rowKey={(target) => target.id} />}
        </LoadedRows>
      </Panel>
    </>
  );
}
