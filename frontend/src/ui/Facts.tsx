import type { ReactNode } from "react";
import styles from "./Facts.module.css";

/** What is known of one thing: names and values. A row of undefined is left out. */
export function Facts({ facts }: { facts: readonly (readonly [string, ReactNode] | undefined)[] }) {
  return (
    <dl className={styles.facts}>
      {facts
        .filter((fact) => fact !== undefined)
        .map(([name, value]) => (
          <div key={name} className={styles.fact}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** The few numbers that matter, large. */
export function Figures({ figures }: { figures: readonly (readonly [string, ReactNode] | undefined)[] }) {
  return (
    <dl className={styles.figures}>
      {figures
        .filter((figure) => figure !== undefined)
        .map(([name, value]) => (
          <div key={name} className={styles.figure}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
