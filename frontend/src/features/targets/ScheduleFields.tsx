import { Group, NumberInput, Select, Stack, Switch, TextInput } from "@mantine/core";
import { BlackoutFields, DayChips } from "./BlackoutFields";
import { SchedulePreview } from "./SchedulePreview";
import { type ScheduleDraft, timeZones } from "./scheduleForm";

export interface ScheduleFieldsProps {
  draft: ScheduleDraft;
  errors: Record<string, string>;
  set: (change: Partial<ScheduleDraft>) => void;
}

/** The fields as the server names them. Those of a blackout have its number in the name. */
export const SCHEDULE_FIELDS = ["schedule", "timeZone", "missedRuns", "jitterMinutes", "blackouts"] as const;

const KINDS = [
  { value: "daily", label: "Every day" },
  { value: "weekly", label: "On days of the week" },
  { value: "monthly", label: "On a day of the month" },
  { value: "interval", label: "At an interval" },
  { value: "custom", label: "A cron line of your own" },
  { value: "manual", label: "By hand only" },
];

/** When a target is scanned: a simple choice or a cron line, with what it means said at once. */
export function ScheduleFields({ draft, errors, set }: ScheduleFieldsProps) {
  return (
    <Stack>
      <Select
        label="Schedule"
        data={KINDS}
        allowDeselect={false}
        value={draft.kind}
        error={draft.kind === "custom" || draft.kind === "interval" ? undefined : errors.schedule}
        onChange={(kind) => set({ kind: (kind ?? "manual") as ScheduleDraft["kind"] })}
      />
      <KindFields draft={draft} errors={errors} set={set} />
      <Select
        label="Time zone"
        description="The schedule and the blackouts are read in it."
        data={timeZones(draft.timeZone)}
        searchable
        allowDeselect={false}
        value={draft.timeZone}
        error={errors.timeZone}
        onChange={(timeZone) => set({ timeZone: timeZone ?? "UTC" })}
      />
      {draft.kind !== "manual" && <MoreFields draft={draft} errors={errors} set={set} />}
      <BlackoutFields blackouts={draft.blackouts} errors={errors} onChange={(blackouts) => set({ blackouts })} />
      <SchedulePreview draft={draft} />
    </Stack>
  );
}

function KindFields({ draft, errors, set }: ScheduleFieldsProps) {
  const time = (
    <TextInput
      type="time"
      label="At"
      required
      value={draft.time}
      onChange={(event) => set({ time: event.currentTarget.value })}
    />
  );
  switch (draft.kind) {
    case "daily":
      return time;
    case "weekly":
      return (
        <>
          <DayChips label="Days of the schedule" value={draft.days} onChange={(days) => set({ days })} />
          {time}
        </>
      );
    case "monthly":
      return (
        <Group grow align="flex-start">
          <NumberInput
            label="Day of the month"
            description="A month that lacks it has no run."
            inputWrapperOrder={["label", "input", "description", "error"]}
            min={1}
            max={31}
            value={draft.dayOfMonth}
            onChange={(value) => set({ dayOfMonth: typeof value === "number" ? value : "" })}
          />
          {time}
        </Group>
      );
    case "interval":
      return (
        <Group grow align="flex-start">
          <NumberInput
            label="Every"
            description="30 minutes to 31 days, counted from midnight UTC on."
            inputWrapperOrder={["label", "input", "description", "error"]}
            min={1}
            value={draft.every}
            error={errors.schedule}
            onChange={(value) => set({ every: typeof value === "number" ? value : "" })}
          />
          <Select
            label="Unit"
            data={[
              { value: "m", label: "minutes" },
              { value: "h", label: "hours" },
              { value: "d", label: "days" },
            ]}
            allowDeselect={false}
            value={draft.unit}
            onChange={(unit) => set({ unit: (unit ?? "h") as ScheduleDraft["unit"] })}
          />
        </Group>
      );
    case "custom":
      return (
        <TextInput
          label="Cron line"
          description="Minute, hour, day of month, month, day of week: 30 2 * * 1-5 means 02:30 on working days. Also @hourly, @daily, @weekly, @monthly, @yearly."
          required
          spellCheck={false}
          value={draft.text}
          error={errors.schedule}
          onChange={(event) => set({ text: event.currentTarget.value })}
        />
      );
    case "manual":
      return null;
  }
}

function MoreFields({ draft, errors, set }: ScheduleFieldsProps) {
  return (
    <>
      <Switch
        label="Pause the schedule"
        description="It is kept and asks for nothing; scans by hand still run."
        checked={draft.paused}
        onChange={(event) => set({ paused: event.currentTarget.checked })}
      />
      <Select
        label="Runs missed while Fixity was down"
        data={[
          { value: "one", label: "Make up for all of them with one scan" },
          { value: "skip", label: "Wait for the next run" },
        ]}
        allowDeselect={false}
        value={draft.missedRuns}
        error={errors.missedRuns}
        onChange={(missed) => set({ missedRuns: (missed ?? "one") as ScheduleDraft["missedRuns"] })}
      />
      <NumberInput
        label="Begin up to so many minutes later"
        description="By chance, so that many targets due at once do not all begin at once. 0: on time."
        min={0}
        max={720}
        allowDecimal={false}
        value={draft.jitterMinutes}
        error={errors.jitterMinutes}
        onChange={(value) => set({ jitterMinutes: typeof value === "number" ? value : "" })}
      />
    </>
  );
}
