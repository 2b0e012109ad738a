import { Paper, Stack, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import styles from "./AuthCard.module.css";

/** The page before the pages: one card, the product's name, one thing to do. */
export function AuthCard({ title, children }: { title: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Fixity`;
  }, [title]);

  return (
    <main className={styles.page}>
      <Paper className={styles.card} withBorder p="xl">
        <Stack>
          <div className={styles.brand}>
            <img src="/fixity.svg" alt="" width="32" height="32" />
            <Text fw={700} size="lg">
              Fixity
            </Text>
          </div>
          <Title order={1} size="h3">
            {title}
          </Title>
          {children}
        </Stack>
      </Paper>
    </main>
  );
}
