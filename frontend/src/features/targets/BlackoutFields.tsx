import { Button, Chip, Fieldset, Group, Stack, Switch, Text, TextInput } from "@mantine/core";
import { type BlackoutDraft, newBlackout } from "./scheduleForm";
import { DAYS, dayLabel } from "./targetOptions";

interface Props {
  blackouts: BlackoutDraft[];
  errors: Record<string, string>;
  onChange: (blackouts: BlackoutDraft[]) => void;
}

/** Times of the week at which no scan begins. */
export function BlackoutFields({ blackouts, errors, onChange }: Props) {
  return (
    <Stack gap="xs">
      <Text size="sm" fw={600}>
        Blackouts
      </Text>
      <Text size="xs" c="dimmed">
        No scan begins in them; what falls due waits for the end.
      </Text>
      {errors.blackouts && <Wrong text={errors.blackouts} />}
      {blackouts.map((blackout, index) => (
        <OneBlackout
          key={blackout.key}
          blackout={blackout}
          number={index + 1}
          error={(field) => errors[`blackouts[${index}]${field}`]}
          onChange={(changed) => onChange(blackouts.map((other) => (other === blackout ? changed : other)))}
          onRemove={() => onChange(blackouts.filter((other) => other !== blackout))}
        />
      ))}
      <Group>
        <Button variant="default" size="compact-sm" onClick={() => onChange([...blackouts, newBlackout(blackouts)])}>
          Add a blackout
        </Button>
      </Group>
    </Stack>
  );
}

interface OneProps {
  blackout: BlackoutDraft;
  number: number;
  error: (field: string) => string | undefined;
  onChange: (blackout: BlackoutDraft) => void;
  onRemove: () => void;
}

function OneBlackout({ blackout, number, error, onChange, onRemove }: OneProps) {
  const wrong = error("") ?? error(".days");
  return (
    <Fieldset legend={`Blackout ${number}`}>
      <Stack>
        <DayChips
          label={`Days of blackout ${number}`}
          value={blackout.days}
          onChange={(days) => onChange({ ...blackout, days })}
        />
        {wrong && <Wrong text={wrong} />}
        <Group grow align="flex-start">
          <TextInput
            type="time"
            label="From"
            required
            value={blackout.from}
            error={error(".from")}
            onChange={(event) => onChange({ ...blackout, from: event.currentTarget.value })}
          />
          <TextInput
            type="time"
            label="To"
            description={blackout.to <= blackout.from ? "On the next day." : undefined}
            inputWrapperOrder={["label", "input", "description", "error"]}
            required
            value={blackout.to}
            error={error(".to")}
            onChange={(event) => onChange({ ...blackout, to: event.currentTarget.value })}
          />
        </Group>
        <Switch
          label="Pause scans that run"
          description="They go on by themselves at the end. Off: what began before runs on."
          checked={blackout.pauseRunning}
          onChange={(event) => onChange({ ...blackout, pauseRunning: event.currentTarget.checked })}
        />
        <Group>
          <Button variant="subtle" size="compact-sm" aria-label={`Remove blackout ${number}`} onClick={onRemove}>
            Remove
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}

interface DayChipsProps {
  label: string;
  value: string[];
  onChange: (days: string[]) => void;
}

export function DayChips({ label, value, onChange }: DayChipsProps) {
  return (
    <Chip.Group multiple value={value} onChange={onChange}>
      <Group gap="xs" role="group" aria-label={label}>
        {DAYS.map((day) => (
          <Chip key={day} value={day} size="sm">
            {dayLabel(day)}
          </Chip>
        ))}
      </Group>
    </Chip.Group>
  );
}

function Wrong({ text }: { text: string }) {
  return (
    <Text size="xs" c="var(--mantine-color-error)" role="alert">
      {text}
    </Text>
  );
}
