import { Stack, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { fieldErrorsOf, messageFor } from "../../api/problems";
import { formatAbsolute } from "../../ui/format";
import { previewRequestOf, type ScheduleDraft } from "./scheduleForm";
import { useSchedulePreview } from "./targetQueries";

/** Typing is not asked about letter by letter. */
const PAUSE_MS = 300;

/** What the schedule means, in words, and its next runs, in the target's zone and the viewer's. */
export function SchedulePreview({ draft }: { draft: ScheduleDraft }) {
  const [settings] = useDebouncedValue(previewRequestOf(draft), PAUSE_MS);
  const preview = useSchedulePreview(settings);
  if (preview.error) {
    const said = Object.values(fieldErrorsOf(preview.error));
    return (
      <Text size="sm" c="var(--mantine-color-error)" role="status">
        {said.length > 0 ? said.join(" ") : messageFor(preview.error)}
      </Text>
    );
  }
  if (!preview.data) {
    return null;
  }

  const { words, nextRuns } = preview.data;
  return (
    <Stack gap={4} role="status" aria-label="What this schedule means">
      <Text size="sm" fw={500}>
        {words}
        {draft.paused && nextRuns.length > 0 && " (paused)"}
      </Text>
      {nextRuns.map((run) => (
        <Text key={run.at} size="sm">
          {run.local}
          <Text span size="xs" c="dimmed">
            {` · for you ${formatAbsolute(run.at)}`}
            {run.delayedFrom && ", after the blackout"}
          </Text>
        </Text>
      ))}
    </Stack>
  );
}
