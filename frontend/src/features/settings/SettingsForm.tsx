import { Button, Group, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { fieldErrorsOf } from "../../api/problems";
import type { Setting } from "../../api/types";
import { FormProblem } from "../../ui/FormProblem";
import { When } from "../../ui/values";
import { may } from "../auth/roles";
import { useSession } from "../auth/session";
import { timeZones } from "../targets/scheduleForm";
import { ScheduleMeaning } from "./ScheduleMeaning";
import { changesOf, draftOf, type Edits, labelOf, readableOf, textOf } from "./settingEdits";
import { useUpdateSettings } from "./settingsQueries";

/** Some of the settings, to read; for an administrator to change. */
export function SettingsForm({ settings }: { settings: readonly Setting[] }) {
  const isAdmin = may(useSession().data?.user?.role, "admin");
  const [edits, setEdits] = useState<Edits>({});
  const update = useUpdateSettings();
  const errors = fieldErrorsOf(update.error);
  const changes = changesOf(settings, edits);

  function submit(event: FormEvent) {
    event.preventDefault();
    update.mutate(changes, { onSuccess: () => setEdits({}) });
  }

  return (
    <form onSubmit={submit}>
      <Stack maw="36rem">
        <FormProblem error={update.error} errors={errors} shown={settings.map(({ key }) => key)} />
        {settings.map((setting) => (
          <Field
            key={setting.key}
            setting={setting}
            draft={draftOf(setting, edits)}
            meaning={
              isAdmin && setting.key === "default_schedule" && <ScheduleMeaning settings={settings} edits={edits} />
            }
            error={errors[setting.key] ?? setting.problem ?? undefined}
            readOnly={!isAdmin}
            onChange={(draft) => setEdits({ ...edits, [setting.key]: draft })}
          />
        ))}
        {isAdmin && (
          <Group>
            <Button type="submit" loading={update.isPending} disabled={Object.keys(changes).length === 0}>
              Save
            </Button>
            <Button variant="default" disabled={Object.keys(changes).length === 0} onClick={() => setEdits({})}>
              Undo
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}

interface FieldProps {
  setting: Setting;
  draft: string;
  /** What stands in the field, said in another way. */
  meaning: ReactNode;
  error: string | undefined;
  readOnly: boolean;
  onChange: (draft: string) => void;
}

function Field({ setting, draft, meaning, error, readOnly, onChange }: FieldProps) {
  const common = {
    label: labelOf(setting.key),
    description: <Description setting={setting} draft={draft} meaning={meaning} />,
    error,
    readOnly,
    inputWrapperOrder: ["label", "input", "description", "error"] as ("label" | "input" | "description" | "error")[],
  };
  if (setting.words.length > 0) {
    return (
      <Select
        {...common}
        data={[...setting.words]}
        allowDeselect={false}
        value={draft}
        onChange={(word) => onChange(word ?? "")}
      />
    );
  }
  if (setting.key === "default_time_zone") {
    return (
      <Select
        {...common}
        data={timeZones(draft)}
        searchable
        allowDeselect={false}
        value={draft}
        onChange={(zone) => onChange(zone ?? "")}
      />
    );
  }
  if (setting.type === "list") {
    return (
      <Textarea
        {...common}
        autosize
        minRows={2}
        value={draft}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  return (
    <TextInput
      {...common}
      inputMode={setting.type === "text" ? "text" : "decimal"}
      placeholder={textOf(setting.default) || "none"}
      value={draft}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

function Description({ setting, draft, meaning }: Pick<FieldProps, "setting" | "draft" | "meaning">) {
  return (
    <>
      {meaning || readableOf(setting, draft)}
      {setting.sentence}
      {setting.type === "list" ? " One in a line." : ` Default: ${textOf(setting.default) || "none"}.`}
      {setting.updatedAt !== null && (
        <>
          {" "}
          Changed by {setting.updatedBy ?? "nobody known"} <When time={setting.updatedAt} />.
        </>
      )}
    </>
  );
}
