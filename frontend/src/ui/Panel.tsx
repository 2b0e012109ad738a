import { Title } from "@mantine/core";
import type { ReactNode } from "react";
import styles from "./Panel.module.css";

interface Props {
  title?: ReactNode;
  /** Buttons and links at the right of the title. */
  actions?: ReactNode;
  /** Lists bring their own padding. */
  flush?: boolean;
  children: ReactNode;
}

/** A titled part of a page. */
export function Panel({ title, actions, flush = false, children }: Props) {
  return (
    <section className={styles.panel}>
      {(title || actions) && (
        <header className={styles.header}>
          {title && (
            <Title order={2} size="h4">
              {title}
            </Title>
          )}
          {actions}
        </header>
      )}
      <div className={flush ? undefined : styles.body}>{children}</div>
    </section>
  );
}
