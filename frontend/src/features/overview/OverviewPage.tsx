import { Button, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api, send } from "../../api/client";
import { keys } from "../../api/keys";
import type { Overview, Target } from "../../api/types";
import { Figures } from "../../ui/Facts";
import { Loaded } from "../../ui/Loaded";
import { PageHeader } from "../../ui/PageHeader";
import { Panel } from "../../ui/Panel";
import { Bytes, Count, When } from "../../ui/values";
import { IfMay } from "../auth/session";
import { FileTable } from "../files/FileTable";
import { ScanProgress } from "../scans/ScanProgress";
import { NoTargets } from "../targets/NoTargets";
import { useTargets } from "../targets/targetQueries";
import styles from "./OverviewPage.module.css";
import { TargetCard } from "./TargetCard";
import { VerdictBanner } from "./VerdictBanner";
import { damagedFiles, verdictOf } from "./verdict";

const DAMAGED = "corrupted,tampered";

/** Is everything all right, what needs somebody, and what is going on. */
export function OverviewPage() {
  const overview = useQuery({
    queryKey: keys.overview,
    queryFn: ({ signal }) => send(api.GET("/api/v1/stats/overview", { signal })),
  });
  const targets = useTargets();

  return (
    <Loaded query={overview} what="the overview">
      {(counts) => (
        <Loaded query={{ data: targets.items, error: targets.error, refetch: targets.refetch }} what="targets">
          {(watched) => <OverviewDetails counts={counts} targets={watched} />}
        </Loaded>
      )}
    </Loaded>
  );
}

function OverviewDetails({ counts, targets }: { counts: Overview; targets: Target[] }) {
  if (targets.length === 0) {
    return (
      <>
        <PageHeader title="Overview" />
        <Panel>
          <NoTargets />
        </Panel>
      </>
    );
  }

  const running = targets.map((target) => target.activeScan).filter((scan) => scan !== null);
  return (
    <>
      <PageHeader
        title="Overview"
        actions={
          <IfMay needs="admin">
            <Button variant="default" component={Link} to="/targets/new">
              Add target
            </Button>
          </IfMay>
        }
      />
      <VerdictBanner verdict={verdictOf(counts, targets)} />
      {(damagedFiles(counts) ?? 0) > 0 && (
        <Panel title="Damaged files" actions={<Link to={`/files?state=${DAMAGED}`}>All damaged files</Link>} flush>
          <FileTable filter={{ state: DAMAGED }} limit={5} empty="None any more" />
        </Panel>
      )}
      {running.length > 0 && (
        <Panel title="Running now">
          <Stack gap="lg">
            {running.map((scan) => (
              <ScanProgress key={scan.id} scan={scan} named />
            ))}
          </Stack>
        </Panel>
      )}
      <section className={styles.cards} aria-label="Targets">
        {targets.map((target) => (
          <TargetCard key={target.id} target={target} />
        ))}
      </section>
      <Panel title="The last 24 hours" actions={<Link to="/changes">All changes</Link>}>
        <Figures
          figures={[
            ["Corrupted", <Count key="corrupted" value={counts.changes24h.corrupted} />],
            ["Tampered", <Count key="tampered" value={counts.changes24h.tampered} />],
            ["Modified", <Count key="modified" value={counts.changes24h.modified} />],
            ["Added", <Count key="added" value={counts.changes24h.added} />],
            ["Deleted", <Count key="deleted" value={counts.changes24h.deleted} />],
            ["Moved", <Count key="moved" value={counts.changes24h.moved} />],
            ["Attributes", <Count key="attributes" value={counts.changes24h.attributes} />],
            ["Restored", <Count key="restored" value={counts.changes24h.restored} />],
          ]}
        />
      </Panel>
      <Panel title="In all">
        <Figures
          figures={[
            ["Files watched", <Count key="files" value={counts.filesPresent} />],
            ["Size", <Bytes key="bytes" value={counts.bytesPresent} />],
            ["Unreadable", <Count key="unreadable" value={counts.filesUnreadable} />],
            ["Oldest verification", <When key="oldest" time={counts.oldestVerificationAt} />],
          ]}
        />
      </Panel>
    </>
  );
}
