import { Button, Collapse, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { ReactNode } from "react";
import { Panel } from "../../ui/Panel";

interface Props {
  title: string;
  /** What is so without looking further. */
  summary: ReactNode;
  /** Something inside was objected to: it must be seen. */
  failed: boolean;
  children: ReactNode;
}

/** Settings whose defaults suit most people: one sentence, and the rest on demand. */
export function AdvancedPanel({ title, summary, failed, children }: Props) {
  const [opened, more] = useDisclosure(false);
  const shown = opened || failed;
  return (
    <Panel
      title={title}
      actions={
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={more.toggle}
          aria-expanded={shown}
          aria-label={`${shown ? "Hide" : "Show"} the settings of “${title}”`}
        >
          {shown ? "Hide" : "Show"} settings
        </Button>
      }
    >
      {summary}
      <Collapse expanded={shown}>
        <Stack pt="md">{children}</Stack>
      </Collapse>
    </Panel>
  );
}
