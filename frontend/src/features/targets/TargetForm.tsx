import { Button, Checkbox, Group, NumberInput, Select, Stack, Switch, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { ApiError, fieldErrorsOf } from "../../api/problems";
import type { Target } from "../../api/types";
import { FormProblem } from "../../ui/FormProblem";
import { Panel } from "../../ui/Panel";
import { AdvancedPanel } from "./AdvancedPanel";
import { type OptionsFieldsProps, READING_FIELDS, ReadingFields, WATCHED_FIELDS, WatchedFields } from "./OptionsFields";
import { SCHEDULE_FIELDS, ScheduleFields } from "./ScheduleFields";
import { StorageFields } from "./StorageFields";
import { STORAGE_FIELDS, storageRequestOf } from "./storageForm";
import { traitsOf } from "./storageTraits";
import { TestConnection } from "./TestConnection";
import type { TargetDraft } from "./targetForm";
import { describeWatched, optionsRequestOf } from "./targetOptions";
import { useProbe } from "./targetQueries";

interface Props {
  initial: TargetDraft;
  /** Null: it is a new one. */
  target?: Pick<Target, "id" | "credentials"> | null;
  submit: string;
  error: Error | null;
  busy: boolean;
  onSubmit: (draft: TargetDraft) => void;
  onCancel: () => void;
}

export interface FieldsProps {
  draft: TargetDraft;
  errors: Record<string, string>;
  set: (change: Partial<TargetDraft>) => void;
}

/** Creates or changes a target. What the server objects to appears at the field it is about. */
export function TargetForm({ initial, target = null, submit, error, busy, onSubmit, onCancel }: Props) {
  const [draft, setDraft] = useState(initial);
  const set = (change: Partial<TargetDraft>) => setDraft((current) => ({ ...current, ...change }));
  const held = target?.credentials ?? null;
  const probe = useProbe(target?.id ?? null);
  const storage = storageRequestOf(draft.storage, held);
  // Of other settings than those that stand here, what was found says nothing.
  const isTried = JSON.stringify(probe.variables) === JSON.stringify(storage);
  const tried = isTried ? fieldErrorsOf(probe.error) : {};
  const errors = { ...errorsOf(error), ...tried };
  const fields = { draft, errors, set };
  const traits = traitsOf(draft.storage.type);
  const options: OptionsFieldsProps = {
    storage: traits,
    draft: draft.options,
    errors,
    set: (change) => setDraft((current) => ({ ...current, options: { ...current.options, ...change } })),
  };

  function send(event: FormEvent) {
    event.preventDefault();
    onSubmit(draft);
  }

  return (
    <form onSubmit={send}>
      <Stack maw="44rem">
        <FormProblem error={error} errors={errors} shown={[...SHOWN, ...Object.keys(errors).filter(isOfBlackout)]} />
        <Panel title="The target">
          <WhatFields {...fields} />
        </Panel>
        <Panel title="Where it lies">
          <Stack>
            <StorageFields
              draft={draft.storage}
              errors={errors}
              set={(change) => setDraft((current) => ({ ...current, storage: { ...current.storage, ...change } }))}
              held={held}
            />
            <TestConnection
              busy={probe.isPending}
              onTest={() => probe.mutate(storage)}
              answer={isTried ? (probe.data ?? null) : null}
              error={isTried ? probe.error : null}
            />
          </Stack>
        </Panel>
        <AdvancedPanel
          title="What is watched"
          summary={`${describeWatched(optionsRequestOf(draft.options, traits), traits)}.`}
          failed={WATCHED_FIELDS.some((field) => field in errors)}
        >
          <WatchedFields {...options} />
        </AdvancedPanel>
        <Panel title="When to look">
          <ScheduleFields
            draft={draft.schedule}
            errors={errors}
            set={(change) => setDraft((current) => ({ ...current, schedule: { ...current.schedule, ...change } }))}
          />
        </Panel>
        <AdvancedPanel
          title="How it is read"
          summary="The defaults suit most targets: BLAKE3 checksums, and every file read again within 90 days."
          failed={[...ADVANCED, ...READING_FIELDS].some((field) => field in errors)}
        >
          <VerifyFields {...fields} />
          <ReadingFields {...options} />
          <EffortFields {...fields} readers={traits.readers} />
          {target !== null && (
            <Checkbox
              label="This is a new storage: record its identity anew"
              description={`Only when you replaced the storage or moved the files yourself. Fixity refuses to scan when another one is found in its place, so that what is out of reach never looks like deleted files.${traits.hasMounts ? " Goes for what is mounted below it too: what is there now is taken, and what is gone is forgotten." : ""}`}
              checked={draft.resetIdentity}
              onChange={(event) => set({ resetIdentity: event.currentTarget.checked })}
            />
          )}
        </AdvancedPanel>
        <Group>
          <Button type="submit" loading={busy}>
            {submit}
          </Button>
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function WhatFields({ draft, errors, set }: FieldsProps) {
  return (
    <Stack>
      <TextInput
        label="Name"
        description="How you will know it in lists and alerts."
        required
        maxLength={100}
        value={draft.name}
        error={errors.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <Switch
        label="Watch it"
        description="Switched off, it is neither scanned by schedule nor by hand; what is known of it stays."
        checked={draft.enabled}
        onChange={(event) => set({ enabled: event.currentTarget.checked })}
      />
    </Stack>
  );
}

const ADVANCED = [
  "checksumAlgorithm",
  "samplePercent",
  "verifyWithinDays",
  "workers",
  "batchSize",
  "largeChangeCount",
  "largeChangePercent",
  "largeChangeBytes",
  "retentionDays",
] as const;

const ALGORITHMS = [
  { value: "blake3", label: "BLAKE3 (fast, secure)" },
  { value: "sha256", label: "SHA-256 (widely known)" },
  { value: "md5", label: "MD5 (only to match old lists)" },
];

function numberField({ draft, errors, set }: FieldsProps, field: keyof TargetDraft) {
  return {
    value: draft[field] as number | "",
    error: errors[field],
    onChange: (value: number | string) => set({ [field]: typeof value === "number" ? value : "" }),
  };
}

function VerifyFields(props: FieldsProps) {
  const { draft, errors, set } = props;
  return (
    <>
      <Select
        label="Checksum"
        description="After a change each file is checked with its old checksum before it gets the new one."
        data={ALGORITHMS}
        allowDeselect={false}
        value={draft.checksumAlgorithm}
        error={errors.checksumAlgorithm}
        onChange={(value) => set({ checksumAlgorithm: value ?? "blake3" })}
      />
      <NumberInput
        label="Read again, percent of the unchanged files a scan"
        description="The longest unread first. This is how silent damage is found."
        min={0}
        max={100}
        {...numberField(props, "samplePercent")}
      />
      <NumberInput
        label="Every file at least once within, days"
        min={1}
        max={3650}
        {...numberField(props, "verifyWithinDays")}
      />
    </>
  );
}

function EffortFields(props: FieldsProps & { readers: string }) {
  return (
    <>
      <NumberInput
        label="Files read at once"
        description={`Empty: ${props.readers}.`}
        min={1}
        max={64}
        {...numberField(props, "workers")}
      />
      <NumberInput
        label="Files a checkpoint"
        description="What an interrupted scan may have to do again."
        min={1}
        max={10_000}
        {...numberField(props, "batchSize")}
      />
      <NumberInput
        label="Large change: from this many files"
        description="A scan that goes over any of these three limits raises an alarm of its own. Empty: no limit."
        min={1}
        {...numberField(props, "largeChangeCount")}
      />
      <NumberInput
        label="Large change: from this share of the files, percent"
        min={0}
        max={100}
        {...numberField(props, "largeChangePercent")}
      />
      <NumberInput
        label="Large change: from this size, GiB"
        min={0}
        {...numberField(props, "largeChangeGib")}
        error={props.errors.largeChangeBytes}
      />
      <NumberInput
        label="Keep its history, days"
        description="Empty: as the settings say."
        min={1}
        max={36_500}
        allowDecimal={false}
        {...numberField(props, "retentionDays")}
      />
    </>
  );
}

/** `blackouts[2].from` is shown with that blackout. */
function isOfBlackout(field: string): boolean {
  return field.startsWith("blackouts[");
}

function errorsOf(error: Error | null): Record<string, string> {
  if (error instanceof ApiError && error.slug === "target-name-taken") {
    return { name: "Another target has this name." };
  }
  return fieldErrorsOf(error);
}

const SHOWN: readonly string[] = [
  ...ADVANCED,
  ...WATCHED_FIELDS,
  ...READING_FIELDS,
  ...STORAGE_FIELDS,
  ...SCHEDULE_FIELDS,
  "name",
  "type",
];
