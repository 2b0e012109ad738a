import { formatAbsolute, formatBytes, formatCount, formatExactCount, formatRelative, UNKNOWN } from "./format";
import { useNow } from "./useNow";

/** A number short enough to read, exact on hover. */
export function Count({ value }: { value: number | null | undefined }) {
  return <span title={exact(value, "")}>{formatCount(value)}</span>;
}

/** A size in binary units, exact on hover. */
export function Bytes({ value }: { value: number | null | undefined }) {
  return <span title={exact(value, " bytes")}>{formatBytes(value)}</span>;
}

/** A moment relative to now, absolute on hover. `never` is what to say when there is none. */
export function When({ time, never = UNKNOWN }: { time: string | null | undefined; never?: string }) {
  const now = useNow();
  if (!time) {
    return never;
  }
  return (
    <time dateTime={time} title={formatAbsolute(time)}>
      {formatRelative(time, now)}
    </time>
  );
}

function exact(value: number | null | undefined, unit: string): string {
  return value === null || value === undefined ? "unknown" : `${formatExactCount(value)}${unit}`;
}
