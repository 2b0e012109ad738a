import { Group, Select } from "@mantine/core";
import { useSearchParams } from "react-router";
import { PageHeader } from "../../ui/PageHeader";
import { Panel } from "../../ui/Panel";
import { numberIn, setParam } from "../../ui/searchParams";
import { TargetSelect } from "../targets/TargetSelect";
import { ScanTable } from "./ScanTable";

const STATUSES = ["queued", "running", "paused", "completed", "partial", "failed", "cancelled"];

export function ScansPage() {
  const [search, setSearch] = useSearchParams();
  const status = search.get("status");
  const target = numberIn(search, "target");

  return (
    <>
      <PageHeader title="Scans" />
      <Group gap="sm">
        <TargetSelect value={target} onChange={(id) => setParam(setSearch, "target", id)} />
        <Select
          aria-label="Status"
          placeholder="Any status"
          data={STATUSES}
          clearable
          value={status}
          onChange={(value) => setParam(setSearch, "status", value)}
        />
      </Group>
      <Panel flush>
        <ScanTable filter={{ target, status: status ?? undefined }} />
      </Panel>
    </>
  );
}
