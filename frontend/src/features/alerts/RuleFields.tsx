import { MultiSelect, Select, Stack, Textarea } from "@mantine/core";
import type { Severity, WebhookMode } from "../../api/types";
import { formatWord } from "../../ui/format";
import { useTargets } from "../targets/targetQueries";
import { EVENT_TYPES } from "./eventTypes";
import { MODES, SEVERITIES } from "./receivers";
import type { FieldsProps } from "./WebhookForm";

/** Of what a receiver is told, and in how many messages. */
export function RuleFields({ draft, errors, set }: FieldsProps) {
  const targets = useTargets();
  return (
    <Stack>
      <Select
        label="How often"
        description={MODES.find(({ value }) => value === draft.mode)?.description}
        data={MODES.map(({ value, label }) => ({ value, label }))}
        allowDeselect={false}
        value={draft.mode}
        error={errors.mode}
        onChange={(mode) => mode && set({ mode: mode as WebhookMode })}
      />
      <Select
        label="From which severity on"
        description="Corrupted and tampered files are critical, a deleted one is medium, an added one info. A target can say otherwise."
        data={SEVERITIES.map((value) => ({ value, label: formatWord(value) }))}
        allowDeselect={false}
        value={draft.minSeverity}
        error={errors.minSeverity}
        onChange={(severity) => severity && set({ minSeverity: severity as Severity })}
      />
      <MultiSelect
        label="Is told of"
        description="Empty means everything that matters; a scan that found nothing only when it is listed."
        data={EVENT_TYPES}
        searchable
        clearable
        value={draft.eventIncludes}
        error={errors.eventIncludes}
        onChange={(eventIncludes) => set({ eventIncludes })}
      />
      <MultiSelect
        label="But not of"
        description="Wins over the list above."
        data={EVENT_TYPES}
        searchable
        clearable
        value={draft.eventExcludes}
        error={errors.eventExcludes}
        onChange={(eventExcludes) => set({ eventExcludes })}
      />
      <MultiSelect
        label="Only of these targets"
        description="Empty means all."
        data={(targets.items ?? []).map(({ id, name }) => ({ value: String(id), label: name }))}
        searchable
        clearable
        value={draft.targets.map(String)}
        error={errors.targets}
        onChange={(ids) => set({ targets: ids.map(Number) })}
      />
      <Textarea
        label="Only of these files"
        description="Patterns as in .gitignore, one a line. Empty means all; events about no file always pass."
        autosize
        minRows={1}
        spellCheck={false}
        value={draft.paths}
        error={errors.paths}
        onChange={(event) => set({ paths: event.currentTarget.value })}
      />
    </Stack>
  );
}
