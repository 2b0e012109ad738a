import { List, Stack, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { fieldErrorsOf, messageFor } from "../../api/problems";
import { formatToTheMinute } from "../../ui/format";
import { previewRequestOf, type ScheduleDraft } from "./scheduleForm";
import { useSchedulePreview } from "./targetQueries";

/** Typing is not asked about letter by letter. */
const PAUSE_MS = 300;

/** What the schedule means, in words, and its next runs, in the target's zone and the viewer's. */
export function SchedulePreview({ draft }: { draft: ScheduleDraft }) {
  // The draft and not the request made of it, which is another one each time.
  const [settled] = useDebouncedValue(draft, PAUSE_MS);
  const preview = useSchedulePreview(previewRequestOf(settled));
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
      <Text size="sm" fw={600}>
        {words}
        {draft.paused && nextRuns.length > 0 && " (paused)"}
      </Text>
      {nextRuns.length > 0 && (
        <List aria-label="Next runs" size="sm" listStyleType="none" spacing={4}>
          {nextRuns.map((run) => (
            <List.Item key={run.at}>
              {run.local}
              <Text span size="xs" c="dimmed" ml="xs" style={{ whiteSpace: "nowrap" }}>
                for you {formatToTheMinute(run.at)}
                {run.delayedFrom && ", after the blackout"}
              </Text>
            </List.Item>
          ))}
        </List>
      )}
    </Stack>
  );
}
