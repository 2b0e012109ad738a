import type { AuditEntry } from "../../api/types";
import { type Column, DataTable } from "../../ui/DataTable";
import { UNKNOWN } from "../../ui/format";
import { LoadedRows } from "../../ui/Loaded";
import { Panel } from "../../ui/Panel";
import { PathText } from "../../ui/PathText";
import { When } from "../../ui/values";
import { useAudit } from "./settingsQueries";

// Names, objects and details were typed by somebody, so they are shown as inertly as a file's name.
const COLUMNS: readonly Column<AuditEntry>[] = [
  { label: "When", cell: (entry) => <When time={entry.at} /> },
  { label: "Who", cell: (entry) => <PathText path={entry.actor} max={40} /> },
  { label: "Did", cell: (entry) => entry.action },
  { label: "To", cell: (entry) => (entry.object === null ? UNKNOWN : <PathText path={entry.object} max={48} />) },
  { label: "Details", cell: (entry) => detailsOf(entry) },
  { label: "From", cell: (entry) => entry.address ?? UNKNOWN },
];

export function Audit() {
  const audit = useAudit();
  return (
    <Panel title="Audit log" flush>
      <LoadedRows pages={audit} what="the audit log" empty="Nothing was done yet">
        {(rows) => <DataTable caption="Audit log" columns={COLUMNS} rows={rows} rowKey={(entry) => entry.id} />}
      </LoadedRows>
    </Panel>
  );
}

function detailsOf({ details }: AuditEntry) {
  const text = JSON.stringify(details ?? {});
  return text === "{}" ? UNKNOWN : <PathText path={text} max={120} />;
}
