import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { Damage } from "../api/types";
import styles from "./DamageMap.module.css";
import { formatBytes, formatExactCount, formatPlural } from "./format";

const FEW = 6;

interface Props {
  /** Null: nobody knows where. */
  damage: Damage | null;
  fileSize: number | null;
  /** In a list of many things: the places on demand only. */
  brief?: boolean;
}

/** Which parts of a file are not what they should be: drawn to scale, and said in numbers beside it. */
export function DamageMap({ damage, fileSize, brief = false }: Props) {
  if (damage === null) {
    return (
      <p className={styles.unknown}>
        Where the damage is is not known: no map of this file was recorded (it takes a BLAKE3 target that keeps damage
        maps, and a file over 1 MiB).
      </p>
    );
  }

  return (
    <div className={styles.map}>
      <div>{damageSummary(damage, fileSize)}</div>
      {fileSize !== null && fileSize > 0 && <Bar damage={damage} fileSize={fileSize} />}
      <Ranges damage={damage} few={brief ? 0 : FEW} />
    </div>
  );
}

/** "128 KiB of 10 MiB differ, in 2 places." */
export function damageSummary({ bytes, ranges, truncated }: Damage, fileSize: number | null): string {
  const of = fileSize === null ? "" : ` of ${formatBytes(fileSize)}`;
  const places = truncated
    ? `in more than ${formatPlural(ranges.length, "place")}`
    : `in ${formatPlural(ranges.length, "place")}`;
  return `${formatBytes(bytes)}${of} differ, ${places}. Found to within 64 KiB.`;
}

function Bar({ damage, fileSize }: { damage: Damage; fileSize: number }) {
  const percent = (bytes: number) => `${Math.min(100, (bytes / fileSize) * 100)}%`;
  return (
    <div>
      <div className={styles.bar} role="img" aria-label={`The file, to scale: ${damageSummary(damage, fileSize)}`}>
        {damage.ranges.map(({ offset, length }) => (
          // Never beyond the end, where its least width would hide the last part.
          <span
            key={offset}
            className={styles.part}
            style={{ insetInlineStart: `min(${percent(offset)}, calc(100% - 3px))`, width: percent(length) }}
          />
        ))}
      </div>
      <div className={styles.scale} aria-hidden>
        <span>0</span>
        <span>{formatBytes(fileSize)}</span>
      </div>
    </div>
  );
}

function Ranges({ damage: { ranges, truncated }, few }: { damage: Damage; few: number }) {
  const [all, { toggle }] = useDisclosure(false);
  const shown = all ? ranges : ranges.slice(0, few);
  return (
    <div>
      {shown.length > 0 && (
        <ul className={styles.ranges} aria-label="Damaged parts">
          {shown.map(({ offset, length }) => (
            <li key={offset}>
              {`${formatBytes(length)} from byte ${formatExactCount(offset)} to ${formatExactCount(offset + length - 1)}`}
            </li>
          ))}
          {truncated && shown.length === ranges.length && <li>and more: only the first ones are kept</li>}
        </ul>
      )}
      {ranges.length > few && (
        <Button variant="subtle" size="compact-sm" onClick={toggle} aria-expanded={all}>
          {all ? "Show fewer" : `Show ${few > 0 ? "all " : ""}${formatPlural(ranges.length, "place")}`}
        </Button>
      )}
    </div>
  );
}
