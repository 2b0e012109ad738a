import { Alert, Button, Group, Loader, Text } from "@mantine/core";
import type { ReactNode } from "react";
import styles from "./states.module.css";

/** Nothing here yet, and what to do about it. */
export function EmptyState({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className={styles.state}>
      <Text fw={600}>{title}</Text>
      {children && <div className={styles.hint}>{children}</div>}
      {action && <div className={styles.action}>{action}</div>}
    </div>
  );
}

export function Loading({ what }: { what: string }) {
  return (
    <Group className={styles.state} justify="center" aria-busy role="status">
      <Loader size="sm" />
      <Text size="sm">Loading {what}…</Text>
    </Group>
  );
}

/** Instead of a page that could not be shown at all. */
export function Failure({ title, message, retry }: { title: string; message: string; retry?: () => void }) {
  return (
    <div className={styles.state} role="alert">
      <Text fw={600}>{title}</Text>
      <div className={styles.hint}>{message}</div>
      {retry && (
        <Button className={styles.action} variant="default" onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** Above an answer that is shown although the last attempt to refresh it failed. */
export function StaleNote({ message }: { message: string }) {
  return (
    <Alert color="yellow" variant="light" role="status" p="xs">
      What you see may be out of date. {message}
    </Alert>
  );
}
