import { Checkbox, Text } from "@mantine/core";
import { Link } from "react-router";
import type { Change } from "../../api/types";
import { WordBadge } from "../../ui/Badge";
import { PathText } from "../../ui/PathText";
import { When } from "../../ui/values";
import { ChangeEvidence } from "./ChangeEvidence";
import styles from "./ChangeItem.module.css";

export interface Selection {
  chosen: ReadonlySet<number>;
  toggle: (id: number) => void;
}

interface Props {
  change: Change;
  /** Absent: nothing can be chosen here. */
  selection?: Selection | undefined;
  /** On a file's own page its path goes without saying. */
  withPath?: boolean;
}

/** One thing that happened to one file. */
export function ChangeItem({ change, selection, withPath = true }: Props) {
  return (
    <article className={styles.item} data-severity={change.severity}>
      <header className={styles.header}>
        {selection && change.acknowledgedAt === null && (
          <Checkbox
            size="xs"
            aria-label={`Choose change ${change.id}`}
            checked={selection.chosen.has(change.id)}
            onChange={() => selection.toggle(change.id)}
          />
        )}
        <WordBadge word={change.type} />
        {withPath && (
          <Link to={`/files/${change.fileId}`} className={styles.path}>
            <PathText path={change.path} />
          </Link>
        )}
        <Text size="sm" c="dimmed" className={styles.where}>
          {withPath && (
            <>
              <Link to={`/targets/${change.targetId}`}>{change.targetName}</Link>
              {" · "}
            </>
          )}
          {change.scanId !== null && (
            <>
              <Link to={`/scans/${change.scanId}`}>{`scan ${change.scanId}`}</Link>
              {" · "}
            </>
          )}
          <When time={change.detectedAt} />
        </Text>
      </header>
      <ChangeEvidence change={change} />
      {change.acknowledgedAt !== null && (
        <Text size="sm" className={styles.acknowledged}>
          ✓ Acknowledged <When time={change.acknowledgedAt} /> by {change.acknowledgedBy ?? "somebody"}
          {change.acknowledgeReason && <>: “{change.acknowledgeReason}”</>}
        </Text>
      )}
    </article>
  );
}
