import { ActionIcon, CopyButton, Tooltip } from "@mantine/core";
import styles from "./Checksum.module.css";
import { UNKNOWN } from "./format";
import { CheckIcon, CopyIcon } from "./icons";

interface Props {
  value: string | null;
  algorithm: string | null;
}

/** A checksum in full, with its algorithm and a button that copies it. */
export function Checksum({ value, algorithm }: Props) {
  if (value === null) {
    return UNKNOWN;
  }
  return (
    <span className={styles.checksum}>
      {algorithm && <span className={styles.algorithm}>{algorithm}</span>}
      <ChecksumText value={value} />
      <CopyValue value={value} label="Copy checksum" />
    </span>
  );
}

export function ChecksumText({ value }: { value: string }) {
  return <code className={styles.value}>{value}</code>;
}

export function CopyValue({ value, label }: { value: string; label: string }) {
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? "Copied" : label}>
          <ActionIcon size="sm" variant="subtle" color="gray" aria-label={copied ? "Copied" : label} onClick={copy}>
            {copied ? <CheckIcon /> : <CopyIcon />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}
