import { Button, Group, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { fieldErrorsOf } from "../../api/problems";
import type { Setting } from "../../api/types";
import { FormProblem } from "../../ui/FormProblem";
import { When } from "../../ui/values";
import { may } from "../auth/roles";
import { useSession } from "../auth/session";
import { changesOf, type Edits, labelOf, textOf } from "./settingEdits";
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
            draft={edits[setting.key] ?? textOf(setting.value)}
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
  error: string | undefined;
  readOnly: boolean;
  onChange: (draft: string) => void;
}

function Field({ setting, draft, error, readOnly, onChange }: FieldProps) {
  const common = {
    label: labelOf(setting.key),
    description: <Description setting={setting} />,
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

function Description({ setting }: { setting: Setting }) {
  return (
    <>
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
