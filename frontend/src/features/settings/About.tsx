import { Badge } from "../../ui/Badge";
import { DataTable } from "../../ui/DataTable";
import { Facts } from "../../ui/Facts";
import { UNKNOWN } from "../../ui/format";
import { Loaded } from "../../ui/Loaded";
import { Panel } from "../../ui/Panel";
import { EmptyState } from "../../ui/states";
import { Count, When } from "../../ui/values";
import { useSchedulerStatus, useSettings } from "./settingsQueries";

export function About() {
  const status = useSchedulerStatus();
  const settings = useSettings();
  return (
    <>
      <Panel title="Fixity">
        <Facts
          facts={[
            ["What it is", "Knows what every file should be, re-reads it on a schedule, and says when it isn't."],
            ["Licence", "MIT"],
            [
              "API",
              <a key="api" href="/openapi/v1.json">
                OpenAPI document
              </a>,
            ],
          ]}
        />
      </Panel>
      <Panel title="Scheduler">
        <Loaded query={status} what="the scheduler's state">
          {(scheduler) => (
            <Facts
              facts={[
                [
                  "State",
                  scheduler.running ? (
                    <Badge key="state" tone="good" sign="✓">
                      Running
                    </Badge>
                  ) : (
                    <Badge key="state" tone="bad" sign="✕">
                      Stopped
                    </Badge>
                  ),
                ],
                ["Last scan started", <When key="last" time={scheduler.lastRunAt} never="never" />],
                ["Next scan", <When key="next" time={scheduler.nextRunAt} never="none planned" />],
                ["Active scans", <Count key="active" value={scheduler.activeScans} />],
                ["Waiting scans", <Count key="queue" value={scheduler.queueDepth} />],
                ["Completed in all", <Count key="completed" value={scheduler.totalCompleted} />],
                ["Failed in all", <Count key="failed" value={scheduler.totalFailed} />],
              ]}
            />
          )}
        </Loaded>
      </Panel>
      <Panel title="Settings of this installation" flush>
        <Loaded query={settings} what="settings">
          {({ items }) =>
            items.length === 0 ? (
              <EmptyState title="All settings have their default" />
            ) : (
              <DataTable
                caption="Settings"
                rows={items}
                rowKey={(setting) => setting.key}
                columns={[
                  { label: "Key", cell: (setting) => setting.key },
                  { label: "Value", cell: (setting) => JSON.stringify(setting.value) },
                  { label: "Changed", cell: (setting) => <When time={setting.updatedAt} /> },
                  { label: "By", cell: (setting) => setting.updatedBy ?? UNKNOWN },
                ]}
              />
            )
          }
        </Loaded>
      </Panel>
    </>
  );
}
