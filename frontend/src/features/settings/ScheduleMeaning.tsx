import { useDebouncedValue } from "@mantine/hooks";
import type { Setting } from "../../api/types";
import { useSchedulePreview } from "../targets/targetQueries";
import { draftOf, type Edits } from "./settingEdits";

const PAUSE_MS = 300;

/** The default schedule in words, while it is typed; nothing where it cannot be read, which saving says. */
export function ScheduleMeaning({ settings, edits }: { settings: readonly Setting[]; edits: Edits }) {
  const [schedule] = useDebouncedValue(of("default_schedule"), PAUSE_MS);
  const [timeZone] = useDebouncedValue(of("default_time_zone"), PAUSE_MS);
  const preview = useSchedulePreview({ schedule, timeZone: timeZone || "UTC", blackouts: [], jitterMinutes: 0 });
  return preview.data && !preview.error ? `${preview.data.words}. ` : null;

  function of(key: string): string {
    const setting = settings.find((one) => one.key === key);
    return setting ? draftOf(setting, edits).trim() : "";
  }
}
