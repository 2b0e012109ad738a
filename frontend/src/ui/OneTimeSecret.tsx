import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { CopyValue } from "./Checksum";

interface Props {
  value: string;
  label: string;
  onDone: () => void;
  children?: ReactNode;
}

/** A secret in the only moment it can be seen. */
export function OneTimeSecret({ value, label, onDone, children }: Props) {
  return (
    <Stack align="flex-start">
      <Alert color="yellow" title="This is shown once">
        Copy it now. Fixity keeps it in a form that cannot be shown again.
      </Alert>
      {children && <Text size="sm">{children}</Text>}
      <Group gap="xs" wrap="nowrap">
        <code style={{ overflowWrap: "anywhere" }}>{value}</code>
        <CopyValue value={value} label={label} />
      </Group>
      <Button onClick={onDone}>I have copied it</Button>
    </Stack>
  );
}
