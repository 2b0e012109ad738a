import type { Change } from "../../api/types";
import { ChecksumText, CopyValue } from "../../ui/Checksum";
import { UNKNOWN } from "../../ui/format";
import { PathText } from "../../ui/PathText";
import { Bytes, When } from "../../ui/values";
import styles from "./ChangeEvidence.module.css";

/** What a file was and what it is, side by side; of a corrupted one, what it should be and what was read. */
export function ChangeEvidence({ change }: { change: Change }) {
  const corrupted = change.type === "corrupted";
  const hasOld = change.oldChecksum !== null || change.oldSize !== null;
  const hasNew = change.newChecksum !== null || change.newSize !== null;

  return (
    <>
      {change.previousPath !== null && (
        <p className={styles.moved}>
          was <PathText path={change.previousPath} />
        </p>
      )}
      <div className={styles.sides}>
        {hasOld && (
          <Side
            title={corrupted ? "Expected" : "Before"}
            checksum={change.oldChecksum}
            algorithm={change.algorithm}
            size={change.oldSize}
            mtime={change.oldMtime}
          />
        )}
        {hasNew && (
          <Side
            title={corrupted ? "Actual" : "After"}
            checksum={change.newChecksum}
            algorithm={change.algorithm}
            size={change.newSize}
            mtime={change.newMtime}
          />
        )}
      </div>
    </>
  );
}

interface SideProps {
  title: string;
  checksum: string | null;
  algorithm: string | null;
  size: number | null;
  mtime: string | null;
}

function Side({ title, checksum, algorithm, size, mtime }: SideProps) {
  return (
    <dl className={styles.side} aria-label={title}>
      <dt className={styles.title}>
        {title}
        {checksum !== null && (
          <>
            <span className={styles.algorithm}>{algorithm}</span>
            <CopyValue value={checksum} label="Copy checksum" />
          </>
        )}
      </dt>
      <dd>{checksum === null ? <NoChecksum /> : <ChecksumText value={checksum} />}</dd>
      <dd className={styles.rest}>
        <Bytes value={size} /> · modified {mtime === null ? UNKNOWN : <When time={mtime} />}
      </dd>
    </dl>
  );
}

function NoChecksum() {
  return <span className={styles.rest}>no checksum recorded</span>;
}
