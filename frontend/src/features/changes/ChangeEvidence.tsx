import { Link } from "react-router";
import type { Change } from "../../api/types";
import { ChecksumText, CopyValue } from "../../ui/Checksum";
import { DamageMap } from "../../ui/DamageMap";
import { UNKNOWN } from "../../ui/format";
import { PathText } from "../../ui/PathText";
import { Bytes, When } from "../../ui/values";
import { attributeLabel } from "../targets/targetOptions";
import styles from "./ChangeEvidence.module.css";

/** What a file was and what it is, side by side; of a damaged one, what it should be and what was read. */
export function ChangeEvidence({ change }: { change: Change }) {
  const damaged = change.type === "corrupted" || change.type === "tampered";
  // Of an event about attributes the content is the same on both sides.
  const attributes = change.details?.attributes;
  const hasOld = change.oldChecksum !== null || change.oldSize !== null;
  const hasNew = change.newChecksum !== null || change.newSize !== null;

  return (
    <>
      {change.previousPath !== null && (
        <p className={styles.moved}>
          was <PathText path={change.previousPath} />
          {change.details?.folder && (
            <>
              , with its folder <PathText path={change.details.folder.from} /> renamed to{" "}
              <PathText path={change.details.folder.to} />
            </>
          )}
        </p>
      )}
      {attributes ? (
        <AttributeChanges changes={attributes} />
      ) : (
        <div className={styles.sides}>
          {hasOld && (
            <Side
              title={damaged ? "Expected" : "Before"}
              checksum={change.oldChecksum}
              algorithm={change.algorithm}
              size={change.oldSize}
              mtime={change.oldMtime}
            />
          )}
          {hasNew && (
            <Side
              title={damaged ? "Actual" : "After"}
              checksum={change.newChecksum}
              algorithm={change.algorithm}
              size={change.newSize}
              mtime={change.newMtime}
            />
          )}
        </div>
      )}
      {change.type === "tampered" && change.details?.observedCtime && (
        <p className={styles.note}>
          The modification time is as recorded, but the file system noted a write{" "}
          <When time={change.details.observedCtime} />: the time was put back.
        </p>
      )}
      {change.details?.knownFrom && (
        <p className={styles.note}>
          It holds just what{" "}
          <Link to={`/files/${change.details.knownFrom.fileId}`}>{change.details.knownFrom.path}</Link> was found
          damaged with: the same damage at another path.
        </p>
      )}
      {change.details?.damage && <DamageMap damage={change.details.damage} fileSize={change.oldSize} brief />}
      {change.details?.storage && <StorageSays evidence={change.details.storage} />}
    </>
  );
}

/** What an object store itself said of the content that was read: another algorithm than ours, compared by nobody. */
function StorageSays({ evidence }: { evidence: NonNullable<NonNullable<Change["details"]>["storage"]> }) {
  const words = [
    ...Object.entries(evidence.checksums),
    ["version", evidence.version] as const,
    ["tag (no checksum)", evidence.tag] as const,
  ].filter(([, word]) => word !== null);
  return (
    <dl className={styles.attributes} aria-label="What the storage says of it">
      {words.map(([name, word]) => (
        <div key={name}>
          <dt>Storage: {name}</dt>
          <dd>
            <code>{word}</code>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function AttributeChanges({ changes }: { changes: NonNullable<NonNullable<Change["details"]>["attributes"]> }) {
  return (
    <dl className={styles.attributes} aria-label="Attributes">
      {changes.map(({ name, old, new: now }) => (
        <div key={name}>
          <dt>{attributeLabel(name)}</dt>
          <dd>
            <code>{old ?? "not known"}</code> → <code>{now ?? "none"}</code>
          </dd>
        </div>
      ))}
    </dl>
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
