import { Group, Progress, Stack, Text } from "@mantine/core";
import { Link } from "react-router";
import type { Scan } from "../../api/types";
import { WordBadge } from "../../ui/Badge";
import { formatBytes, formatCount, formatPlural } from "../../ui/format";
import { PathText } from "../../ui/PathText";
import { Bytes, Count } from "../../ui/values";
import { progressPercent, statusWords, waitWords } from "./progress";
import { useRate } from "./useRate";

/** A scan while it runs: how far, how fast, where. */
export function ScanProgress({ scan, named = false }: { scan: Scan; named?: boolean }) {
  const percent = progressPercent(scan);
  const words = statusWords(scan);
  const moving = scan.status === "running";

  return (
    <Stack gap={6}>
      <Group gap="xs">
        <WordBadge word={scan.status} {...(words ? { label: words } : {})} />
        <Link to={`/scans/${scan.id}`}>{named ? scan.targetName : `Scan ${scan.id}`}</Link>
        <Text size="sm" c="dimmed">
          {describe(scan)}
        </Text>
      </Group>
      <Progress
        value={percent ?? 100}
        animated={moving}
        striped={percent === null}
        aria-label={percent === null ? "Progress, total not known yet" : "Progress"}
        color={moving ? "cyan" : "gray"}
      />
      <Group gap="md" justify="space-between">
        <Text size="sm">
          <Count value={scan.filesSeen} />
          {scan.filesBefore !== null && !scan.isBaseline && ` of about ${formatCount(scan.filesBefore)}`} files,{" "}
          <Bytes value={scan.bytesSeen} />; <Bytes value={scan.bytesHashed} /> read
        </Text>
        {moving && <RateText scan={scan} />}
      </Group>
      {scan.currentPath && moving && (
        <Text size="sm" c="dimmed">
          <PathText path={scan.currentPath} max={80} />
        </Text>
      )}
      {scan.errorsCount > 0 && (
        <Text size="sm">
          <Link to={`/scans/${scan.id}`}>{formatPlural(scan.errorsCount, "error")} so far</Link>
        </Text>
      )}
    </Stack>
  );
}

function describe(scan: Scan): string {
  const waiting = waitWords(scan);
  if (waiting) {
    return waiting;
  }
  if (scan.isBaseline) {
    return "first scan: recording what every file is";
  }
  return scan.mode === "full" ? "verifying every file" : "looking for changes";
}

function RateText({ scan }: { scan: Scan }) {
  const rate = useRate(scan);
  return (
    <Text size="sm" c="dimmed">
      {rate === null
        ? "measuring…"
        : `${formatCount(Math.round(rate.filesPerSecond))} files/s, ${formatBytes(Math.round(rate.bytesPerSecond))}/s`}
    </Text>
  );
}
