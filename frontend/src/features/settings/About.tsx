import { Badge } from "../../ui/Badge";
import { Facts } from "../../ui/Facts";
import { Loaded } from "../../ui/Loaded";
import { Panel } from "../../ui/Panel";
import { Count, When } from "../../ui/values";
import { useSchedulerStatus } from "./settingsQueries";

export function About() {
  const status = useSchedulerStatus();
  return (
    <>
      <Panel title="Fixity">
        <Facts
          facts={[
            ["What it is", "Knows what every file should be, re-reads it on a schedule, and says when it isn't."],
            ["Licence", "MIT"],
            [
              "API",
              <span key="api">
                <a href="/docs">Every request, described</a>, also as an <a href="/openapi/v1.json">OpenAPI document</a>
              </span>,
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
    </>
  );
}
