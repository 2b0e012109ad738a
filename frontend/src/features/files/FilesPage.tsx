import { Group, MultiSelect, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";
import { PageHeader } from "../../ui/PageHeader";
import { Panel } from "../../ui/Panel";
import { numberIn, setParam } from "../../ui/searchParams";
import { EmptyState } from "../../ui/states";
import { TargetSelect } from "../targets/TargetSelect";
import { FileTable } from "./FileTable";

const STATES = ["present", "corrupted", "tampered", "unreadable", "unknown", "excluded", "deleted"];
const TYPING_MS = 400;

/** Every file that is or was watched. */
export function FilesPage() {
  const [search, setSearch] = useSearchParams();
  const [words, setWords] = useState(search.get("q") ?? "");
  const applyWords = useDebouncedCallback((value: string) => setParam(setSearch, "q", value), TYPING_MS);
  const target = numberIn(search, "target");
  const states = search.get("state")?.split(",") ?? [];

  return (
    <>
      <PageHeader title="Files" />
      <Group gap="sm">
        <TextInput
          aria-label="Search in paths"
          placeholder="Part of a path or name"
          value={words}
          onChange={(event) => {
            setWords(event.currentTarget.value);
            applyWords(event.currentTarget.value);
          }}
        />
        <TargetSelect value={target} onChange={(id) => setParam(setSearch, "target", id)} />
        <MultiSelect
          aria-label="States"
          placeholder={states.length > 0 ? "" : "Any state"}
          data={STATES}
          clearable
          value={states}
          onChange={(chosen) => setParam(setSearch, "state", chosen.join(","))}
        />
      </Group>
      <Panel flush>
        <FileTable
          filter={{
            target,
            q: search.get("q") ?? undefined,
            path: search.get("path") ?? undefined,
            state: search.get("state") ?? undefined,
          }}
          empty={
            search.size > 0 ? (
              <EmptyState title="No file matches">Try fewer letters, another state, or all targets.</EmptyState>
            ) : (
              <EmptyState title="No files yet">
                They appear with the first scan of a <Link to="/targets">target</Link>.
              </EmptyState>
            )
          }
        />
      </Panel>
    </>
  );
}
