import { Button, Group, MultiSelect, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useState } from "react";
import { type SetURLSearchParams, useSearchParams } from "react-router";
import { ReasonDialog } from "../../ui/dialogs";
import { formatPlural } from "../../ui/format";
import { PageHeader } from "../../ui/PageHeader";
import { Panel } from "../../ui/Panel";
import { numberIn, setParam } from "../../ui/searchParams";
import { useMay } from "../auth/session";
import { TargetSelect } from "../targets/TargetSelect";
import { ChangeList } from "./ChangeList";
import styles from "./ChangesPage.module.css";
import { type ChangeFilter, useAcknowledge } from "./changeQueries";

const TYPES = [
  "corrupted",
  "tampered",
  "modified",
  "added",
  "deleted",
  "moved",
  "attributes",
  "touched",
  "restored",
  "verified",
  "accepted",
];
const TYPING_MS = 400;

/** The feed of all changes. What it is narrowed to is in the address. */
export function ChangesPage() {
  const [search, setSearch] = useSearchParams();
  const filter = filterIn(search);
  const mayAcknowledge = useMay("operator");
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());

  function toggle(id: number) {
    setChosen((current) => {
      const next = new Set(current);
      if (!next.delete(id)) {
        next.add(id);
      }
      return next;
    });
  }

  return (
    <>
      <PageHeader title="Changes" />
      <Filters key={search.get("scan")} search={search} filter={filter} setSearch={setSearch} />
      {chosen.size > 0 && <AcknowledgeBar chosen={chosen} clear={() => setChosen(new Set())} />}
      <Panel flush>
        <ChangeList
          filter={filter}
          selection={mayAcknowledge ? { chosen, toggle } : undefined}
          emptyTitle={search.size > 0 ? "No change matches these filters" : "No changes"}
        />
      </Panel>
    </>
  );
}

function filterIn(search: URLSearchParams): ChangeFilter {
  const acknowledged = search.get("acknowledged");
  return {
    target: numberIn(search, "target"),
    scan: numberIn(search, "scan"),
    type: search.get("type") ?? undefined,
    path: search.get("path") ?? undefined,
    acknowledged: acknowledged === null ? undefined : acknowledged === "true",
  };
}

interface FiltersProps {
  search: URLSearchParams;
  filter: ChangeFilter;
  setSearch: SetURLSearchParams;
}

function Filters({ search, filter, setSearch }: FiltersProps) {
  const [path, setPath] = useState(filter.path ?? "");
  const applyPath = useDebouncedCallback((value: string) => setParam(setSearch, "path", value), TYPING_MS);

  return (
    <Group gap="sm" align="flex-end">
      <TargetSelect value={filter.target} onChange={(id) => setParam(setSearch, "target", id)} />
      <MultiSelect
        aria-label="Types"
        placeholder={filter.type ? "" : "All types"}
        data={TYPES}
        clearable
        value={filter.type?.split(",") ?? []}
        onChange={(types) => setParam(setSearch, "type", types.join(","))}
      />
      <Select
        aria-label="Acknowledged"
        placeholder="Acknowledged or not"
        data={[
          { value: "false", label: "Not acknowledged" },
          { value: "true", label: "Acknowledged" },
        ]}
        clearable
        value={search.get("acknowledged")}
        onChange={(value) => setParam(setSearch, "acknowledged", value)}
      />
      <TextInput
        aria-label="Below the folder or file"
        placeholder="Below a folder, e.g. photos/2024"
        value={path}
        onChange={(event) => {
          setPath(event.currentTarget.value);
          applyPath(event.currentTarget.value);
        }}
      />
      {filter.scan !== undefined && (
        <Button variant="default" onClick={() => setParam(setSearch, "scan", null)}>
          Scan {filter.scan} only ✕
        </Button>
      )}
      {search.size > 0 && (
        <Button
          variant="subtle"
          onClick={() => {
            setPath("");
            setSearch({}, { replace: true });
          }}
        >
          Clear filters
        </Button>
      )}
    </Group>
  );
}

function AcknowledgeBar({ chosen, clear }: { chosen: ReadonlySet<number>; clear: () => void }) {
  const [asking, setAsking] = useState(false);
  const acknowledge = useAcknowledge();
  const count = formatPlural(chosen.size, "change");

  return (
    <div className={styles.bar} role="status">
      <span>{count} chosen</span>
      <Group gap="xs">
        <Button variant="default" onClick={clear}>
          Choose none
        </Button>
        <Button onClick={() => setAsking(true)}>Acknowledge</Button>
      </Group>
      <ReasonDialog
        opened={asking}
        title={`Acknowledge ${count}?`}
        confirm="Acknowledge"
        busy={acknowledge.isPending}
        onReason={(reason) => acknowledge.mutate({ ids: [...chosen], reason }, { onSuccess: clear })}
        onClose={() => setAsking(false)}
      >
        This says that somebody has seen them. It changes nothing about the files: a damaged one stays damaged until it
        is restored or its content accepted.
      </ReasonDialog>
    </div>
  );
}
