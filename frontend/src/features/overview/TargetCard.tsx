import { Text } from "@mantine/core";
import { Link } from "react-router";
import type { Target } from "../../api/types";
import { WordBadge } from "../../ui/Badge";
import { Facts } from "../../ui/Facts";
import { PathText } from "../../ui/PathText";
import { Bytes, Count, When } from "../../ui/values";
import { describeSchedule } from "../targets/schedules";
import { TargetCount } from "../targets/TargetCount";
import styles from "./OverviewPage.module.css";

export function TargetCard({ target }: { target: Target }) {
  return (
    <article className={styles.card}>
      <header className={styles.cardHeader}>
        <div>
          <Link className={styles.cardName} to={`/targets/${target.id}`}>
            {target.name}
          </Link>
          <Text size="sm" c="dimmed">
            <PathText path={target.root} max={40} />
          </Text>
        </div>
        <WordBadge word={target.state} />
      </header>
      <Facts
        facts={[
          [
            "Watched",
            target.filesPresent === null ? (
              "not known before the first scan ends"
            ) : (
              <span key="files">
                <Count value={target.filesPresent} /> files, <Bytes value={target.bytesPresent} />
              </span>
            ),
          ],
          ["Needs you", <TargetCount key="needs" target={target} />],
          ["Last scan", <LastScan key="last" target={target} />],
          ["Next scan", <NextScan key="next" target={target} />],
          ["Oldest check", <When key="oldest" time={target.oldestVerificationAt} />],
        ]}
      />
    </article>
  );
}

function LastScan({ target: { lastScan, activeScan } }: { target: Target }) {
  if (activeScan) {
    return <Link to={`/scans/${activeScan.id}`}>running now</Link>;
  }
  if (!lastScan) {
    return "never";
  }
  return (
    <Link to={`/scans/${lastScan.id}`}>
      <When time={lastScan.endedAt} />
      {lastScan.status !== "completed" && `, ${lastScan.status}`}
    </Link>
  );
}

function NextScan({ target }: { target: Target }) {
  if (!target.enabled) {
    return "switched off";
  }
  return target.nextRunAt ? <When time={target.nextRunAt} /> : describeSchedule(target);
}
