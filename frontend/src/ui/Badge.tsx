import styles from "./Badge.module.css";
import { formatWord } from "./format";

export type Tone = "good" | "bad" | "warn" | "busy" | "quiet";

interface Look {
  tone: Tone;
  sign: string;
}

const LOOKS: Readonly<Record<string, Look>> = {
  // files
  present: { tone: "good", sign: "✓" },
  corrupted: { tone: "bad", sign: "✕" },
  tampered: { tone: "bad", sign: "≠" },
  unreadable: { tone: "warn", sign: "!" },
  unknown: { tone: "quiet", sign: "?" },
  excluded: { tone: "quiet", sign: "–" },
  // targets
  online: { tone: "good", sign: "✓" },
  degraded: { tone: "warn", sign: "!" },
  offline: { tone: "bad", sign: "✕" },
  denied: { tone: "bad", sign: "⊘" },
  // scans
  queued: { tone: "busy", sign: "…" },
  running: { tone: "busy", sign: "▸" },
  paused: { tone: "quiet", sign: "‖" },
  completed: { tone: "good", sign: "✓" },
  partial: { tone: "warn", sign: "!" },
  failed: { tone: "bad", sign: "✕" },
  cancelled: { tone: "quiet", sign: "–" },
  // changes
  added: { tone: "quiet", sign: "+" },
  deleted: { tone: "warn", sign: "−" },
  modified: { tone: "busy", sign: "~" },
  moved: { tone: "quiet", sign: "→" },
  attributes: { tone: "quiet", sign: "·" },
  restored: { tone: "good", sign: "↺" },
  verified: { tone: "good", sign: "✓" },
  accepted: { tone: "good", sign: "✓" },
  // deliveries
  pending: { tone: "busy", sign: "…" },
  delivered: { tone: "good", sign: "✓" },
  retrying: { tone: "warn", sign: "↻" },
  blocked: { tone: "bad", sign: "⊘" },
};

const OTHER: Look = { tone: "quiet", sign: "·" };

/** A word of the field with its colour and its sign: the colour is never the only one of the three. */
export function WordBadge({ word, label }: { word: string; label?: string }) {
  const { tone, sign } = LOOKS[word] ?? OTHER;
  return (
    <Badge tone={tone} sign={sign}>
      {label ?? formatWord(word)}
    </Badge>
  );
}

export function Badge({ tone, sign, children }: { tone: Tone; sign?: string; children: string }) {
  return (
    <span className={styles.badge} data-tone={tone}>
      {sign && (
        <span aria-hidden className={styles.sign}>
          {sign}
        </span>
      )}
      {children}
    </span>
  );
}
