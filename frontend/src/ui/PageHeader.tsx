import { Group, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";

interface Props {
  title: ReactNode;
  /** What the browser's tab says; the title itself when it is plain text. */
  tab?: string;
  actions?: ReactNode;
  children?: ReactNode;
}

/** The heading of a page, its actions, and the name of the tab. */
export function PageHeader({ title, tab, actions, children }: Props) {
  const name = tab ?? (typeof title === "string" ? title : "");
  useEffect(() => {
    document.title = name ? `${name} · Fixity` : "Fixity";
  }, [name]);

  return (
    <header>
      <Group justify="space-between" gap="sm">
        <Title order={1} size="h2" style={{ minWidth: 0, overflowWrap: "anywhere" }}>
          {title}
        </Title>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </header>
  );
}
