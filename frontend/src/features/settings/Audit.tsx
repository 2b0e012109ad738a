import { Alert, Anchor, Button, Group, Stack, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useState } from "react";
import type { paths } from "../../api/schema";
import type { AuditEntry, AuditVerification } from "../../api/types";
import { type Column, DataTable } from "../../ui/DataTable";
import { formatCount, UNKNOWN } from "../../ui/format";
import { LoadedRows } from "../../ui/Loaded";
import { Panel } from "../../ui/Panel";
import { PathText } from "../../ui/PathText";
import { When } from "../../ui/values";
import { useAudit, useVerifyAudit } from "./settingsQueries";

const EXPORT_URL = "/api/v1/audit/export" satisfies keyof paths;

const TYPING_MS = 400;

// Names, objects and details were typed by somebody, so they are shown as inertly as a file's name.
const COLUMNS: readonly Column<AuditEntry>[] = [
  { label: "When", cell: (entry) => <When time={entry.at} /> },
  { label: "Who", cell: (entry) => <PathText path={entry.actor} max={40} /> },
  { label: "Did", cell: (entry) => entry.action },
  { label: "To", cell: (entry) => (entry.object === null ? UNKNOWN : <PathText path={entry.object} max={48} />) },
  { label: "Details", cell: (entry) => detailsOf(entry) },
  { label: "From", cell: (entry) => entry.address ?? UNKNOWN },
];

/** Who did what, and whether the log still is what was written. */
export function Audit() {
  const [words, setWords] = useState("");
  const [q, setQ] = useState("");
  const applyWords = useDebouncedCallback(setQ, TYPING_MS);
  const audit = useAudit(q);
  const verify = useVerifyAudit();
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <TextInput
          aria-label="Search in the audit log"
          placeholder="Anything in an entry"
          value={words}
          onChange={(event) => {
            setWords(event.currentTarget.value);
            applyWords(event.currentTarget.value);
          }}
        />
        <Button variant="default" loading={verify.isPending} onClick={() => verify.mutate(undefined)}>
          Check that nothing was changed
        </Button>
        <Anchor href={`${EXPORT_URL}?format=csv`} download>
          CSV
        </Anchor>
        <Anchor href={`${EXPORT_URL}?format=jsonl`} download>
          JSON lines
        </Anchor>
      </Group>
      {verify.data && <Verdict verdict={verify.data} />}
      <Panel title="Audit log" flush>
        <LoadedRows pages={audit} what="the audit log" empty={q === "" ? "Nothing was done yet" : "No entry matches"}>
          {(rows) => <DataTable caption="Audit log" columns={COLUMNS} rows={rows} rowKey={(entry) => entry.id} />}
        </LoadedRows>
      </Panel>
    </Stack>
  );
}

function Verdict({ verdict }: { verdict: AuditVerification }) {
  return verdict.fault ? (
    <Alert color="red" role="alert" title="The audit log is not what was written">
      {verdict.fault.detail} Everything before it is as it was.
    </Alert>
  ) : (
    <Alert color="green" role="status" title="Nothing was changed">
      {formatCount(verdict.checked)} entries were checked. Kept elsewhere, this proves it later: entry {verdict.lastId},{" "}
      <PathText path={verdict.lastHash} max={64} />
    </Alert>
  );
}

function detailsOf({ details }: AuditEntry) {
  const text = JSON.stringify(details ?? {});
  return text === "{}" ? UNKNOWN : <PathText path={text} max={120} />;
}
