import { NativeSelect, SimpleGrid } from "@mantine/core";
import type { Severity } from "../../api/types";
import { formatWord } from "../../ui/format";
import { Loaded } from "../../ui/Loaded";
import { Panel } from "../../ui/Panel";
import { useMay } from "../auth/session";
import { useChangeSeverities, useSeverities } from "./muteQueries";
import { SEVERITIES } from "./receivers";

/** How much each event of one target matters: receivers choose by it. */
export function SeveritiesPanel({ targetId }: { targetId: number }) {
  const severities = useSeverities();
  const change = useChangeSeverities(targetId);
  const mayChange = useMay("operator");
  return (
    <Panel title="How much it matters">
      <Loaded query={severities} what="severities">
        {({ defaults, targets }) => {
          const own = targets.find((target) => target.targetId === targetId)?.severities ?? {};
          return (
            <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }} spacing="sm">
              {byWeight(defaults).map(([event, usual]) => (
                <NativeSelect
                  key={event}
                  label={event}
                  size="xs"
                  disabled={!mayChange || (change.isPending && event in (change.variables ?? {}))}
                  value={own[event] ?? ""}
                  data={[
                    { value: "", label: `${formatWord(usual)} (as everywhere)` },
                    ...SEVERITIES.map((value) => ({ value, label: formatWord(value) })),
                  ]}
                  onChange={({ currentTarget: { value } }) =>
                    change.mutate({ [event]: value === "" ? null : (value as Severity) })
                  }
                />
              ))}
            </SimpleGrid>
          );
        }}
      </Loaded>
    </Panel>
  );
}

function byWeight(defaults: Readonly<Record<string, Severity>>) {
  return Object.entries(defaults).sort(
    ([one, a], [other, b]) => SEVERITIES.indexOf(b) - SEVERITIES.indexOf(a) || one.localeCompare(other),
  );
}
