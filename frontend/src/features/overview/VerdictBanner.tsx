import styles from "./OverviewPage.module.css";
import type { Verdict } from "./verdict";

const SIGNS = { good: "✓", bad: "✕", warn: "!", busy: "…", quiet: "" } as const;

/** The one sentence that the overview is for. */
export function VerdictBanner({ verdict }: { verdict: Verdict }) {
  return (
    <section className={styles.verdict} data-tone={verdict.tone} aria-label="Verdict" aria-live="polite">
      <p className={styles.sentence}>
        <span aria-hidden>{SIGNS[verdict.tone]} </span>
        {verdict.sentence}
      </p>
      {verdict.reasons.length > 0 && (
        <ul className={styles.reasons}>
          {verdict.reasons.map((reason) => (
            <li key={reason}>{sentenceOf(reason)}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

function sentenceOf(reason: string): string {
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;
}
