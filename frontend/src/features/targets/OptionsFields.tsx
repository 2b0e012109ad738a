import {
  Checkbox,
  Chip,
  Fieldset,
  Group,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import type { StorageTraits } from "./storageTraits";
import { ATTRIBUTES, DAYS, dayLabel, type OptionsDraft } from "./targetOptions";

export interface OptionsFieldsProps {
  /** What the storage has, of which alone there is something to choose. */
  storage: StorageTraits;
  draft: OptionsDraft;
  errors: Record<string, string>;
  set: (change: Partial<OptionsDraft>) => void;
}

/** The fields of each of the two parts, as the server names them. */
export const WATCHED_FIELDS = ["options.include", "options.exclude", "options.watchedAttributes"] as const;
export const READING_FIELDS = [
  "options.verifyFrom",
  "options.limit.bytesPerSecond",
  "options.limit.opensPerSecond",
  "options.workingHours.days",
  "options.workingHours.from",
  "options.workingHours.to",
  "options.workingHours.limit.bytesPerSecond",
  "options.workingHours.limit.opensPerSecond",
] as const;

/** Which files, and what of them besides their content. */
export function WatchedFields({ storage, draft, errors, set }: OptionsFieldsProps) {
  return (
    <>
      <Patterns
        label="Leave out"
        description="One pattern a line, written as in a .gitignore file. What they match is not watched; what was watched before is kept and shown as excluded, never as deleted."
        placeholder={"*.tmp\n.cache/\n!.cache/keep-this"}
        value={draft.exclude}
        error={errors["options.exclude"]}
        onChange={(exclude) => set({ exclude })}
      />
      <Patterns
        label="Watch only"
        description="The same kind of patterns. Empty: everything that is not left out."
        placeholder={"/photos/\n*.raw"}
        value={draft.include}
        error={errors["options.include"]}
        onChange={(include) => set({ include })}
      />
      {storage.attributes.length > 0 && (
        <Checkbox.Group
          label="Report when these change"
          description="The last three are read file by file, only where the file system says that something may have changed."
          value={draft.watchedAttributes}
          error={errors["options.watchedAttributes"]}
          onChange={(watchedAttributes) => set({ watchedAttributes })}
        >
          <Group gap="xs" pt="xs">
            {ATTRIBUTES.filter(({ value }) => storage.attributes.includes(value)).map(({ value, label }) => (
              <Checkbox key={value} value={value} label={label} />
            ))}
          </Group>
        </Checkbox.Group>
      )}
      <Switch
        label="Report files whose time changed and whose content did not"
        description="Programs that only touch files make many of these."
        checked={draft.reportTouched}
        onChange={(event) => set({ reportTouched: event.currentTarget.checked })}
      />
      {storage.hasMounts && (
        <Switch
          label={`Go on into other file systems mounted ${storage.below}`}
          description="Each is remembered: one that is missing, or another in its place, never looks like deleted files. Off: a mounted disk or share is a place of its own, and not looked into."
          checked={draft.crossMounts}
          onChange={(event) => set({ crossMounts: event.currentTarget.checked })}
        />
      )}
    </>
  );
}

interface PatternsProps {
  label: string;
  description: string;
  placeholder: string;
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}

function Patterns({ onChange, ...field }: PatternsProps) {
  return (
    <Textarea
      autosize
      minRows={3}
      maxRows={12}
      spellCheck={false}
      autoCapitalize="off"
      styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
      onChange={(event) => onChange(event.currentTarget.value)}
      {...field}
    />
  );
}

const sourcesOf = (medium: string) => [
  { value: "medium", label: `From ${medium}: the copy that this machine has is dropped first` },
  { value: "direct", label: `From ${medium}, past this machine's cache (O_DIRECT, where possible)` },
  { value: "cache", label: "From the cache where it has them (fast, may miss damage)" },
];

/** How much a scan may take from those who use the same storage. */
export function ReadingFields({ storage, draft, errors, set }: OptionsFieldsProps) {
  return (
    <>
      {storage.medium !== null && (
        <Select
          label="Verification reads"
          description={`Damage on ${storage.medium} is only seen by reading ${storage.medium}. New and changed files are read as they come.`}
          data={sourcesOf(storage.medium)}
          allowDeselect={false}
          value={draft.verifyFrom}
          error={errors["options.verifyFrom"]}
          onChange={(verifyFrom) => set({ verifyFrom: verifyFrom ?? "medium" })}
        />
      )}
      <Switch
        label="Find the damaged part of a file"
        description="Keeps 4 bytes for each 64 KiB of files over 1 MiB, so that damage is found to the place. BLAKE3 only."
        checked={draft.damageMap}
        onChange={(event) => set({ damageMap: event.currentTarget.checked })}
      />
      {storage.hasIdleIo && (
        <Switch
          label="Read only while nobody else uses the disk"
          description="Idle I/O class, on Linux. A busy disk can make a scan take very long."
          checked={draft.idleIo}
          onChange={(event) => set({ idleIo: event.currentTarget.checked })}
        />
      )}
      <LimitFields
        megabytes={draft.limitMb}
        opens={draft.limitOpens}
        field="options.limit"
        errors={errors}
        onMegabytes={(limitMb) => set({ limitMb })}
        onOpens={(limitOpens) => set({ limitOpens })}
      />
      <Switch
        label="Another limit at certain hours"
        description="For example slower while people work. Read in the target's time zone."
        checked={draft.hasWorkingHours}
        onChange={(event) => set({ hasWorkingHours: event.currentTarget.checked })}
      />
      {draft.hasWorkingHours && <WorkingHours draft={draft} errors={errors} set={set} />}
    </>
  );
}

function WorkingHours({ draft, errors, set }: Omit<OptionsFieldsProps, "storage">) {
  const wrongDays = errors["options.workingHours.days"];
  return (
    <Fieldset legend="Working hours">
      <Stack>
        <div>
          <Chip.Group multiple value={draft.days} onChange={(days) => set({ days })}>
            <Group gap="xs" role="group" aria-label="Days">
              {DAYS.map((day) => (
                <Chip key={day} value={day} size="sm">
                  {dayLabel(day)}
                </Chip>
              ))}
            </Group>
          </Chip.Group>
          {wrongDays && (
            <Text size="xs" c="var(--mantine-color-error)" role="alert" pt={4}>
              {wrongDays}
            </Text>
          )}
        </div>
        <Group grow align="flex-start">
          <TextInput
            type="time"
            label="From"
            required
            value={draft.from}
            error={errors["options.workingHours.from"]}
            onChange={(event) => set({ from: event.currentTarget.value })}
          />
          <TextInput
            type="time"
            label="To"
            description={draft.to < draft.from ? "On the next day." : undefined}
            inputWrapperOrder={["label", "input", "description", "error"]}
            required
            value={draft.to}
            error={errors["options.workingHours.to"]}
            onChange={(event) => set({ to: event.currentTarget.value })}
          />
        </Group>
        <LimitFields
          megabytes={draft.workingMb}
          opens={draft.workingOpens}
          field="options.workingHours.limit"
          errors={errors}
          onMegabytes={(workingMb) => set({ workingMb })}
          onOpens={(workingOpens) => set({ workingOpens })}
        />
      </Stack>
    </Fieldset>
  );
}

interface LimitFieldsProps {
  megabytes: number | "";
  opens: number | "";
  field: string;
  errors: Record<string, string>;
  onMegabytes: (value: number | "") => void;
  onOpens: (value: number | "") => void;
}

function LimitFields({ megabytes, opens, field, errors, onMegabytes, onOpens }: LimitFieldsProps) {
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }}>
      <NumberInput
        label="At most, MB a second"
        description="Over all scanners together. Empty: no limit."
        min={0}
        decimalScale={3}
        value={megabytes}
        error={errors[`${field}.bytesPerSecond`]}
        onChange={(value) => onMegabytes(typeof value === "number" ? value : "")}
      />
      <NumberInput
        label="At most, files a second"
        description="Files opened. Empty: no limit."
        min={1}
        allowDecimal={false}
        value={opens}
        error={errors[`${field}.opensPerSecond`]}
        onChange={(value) => onOpens(typeof value === "number" ? value : "")}
      />
    </SimpleGrid>
  );
}
