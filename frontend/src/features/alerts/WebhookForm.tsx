import {
  Accordion,
  Alert,
  Button,
  Group,
  NumberInput,
  PasswordInput,
  Select,
  Stack,
  Textarea,
  TextInput,
} from "@mantine/core";
import { type FormEvent, useState } from "react";
import { fieldErrorsOf } from "../../api/problems";
import type { WebhookFormat } from "../../api/types";
import { FormProblem } from "../../ui/FormProblem";
import { Panel } from "../../ui/Panel";
import { HeaderFields } from "./HeaderFields";
import { MailFields } from "./MailFields";
import { RuleFields } from "./RuleFields";
import { RECEIVERS, receiverOf } from "./receivers";
import { TestReport } from "./TestReport";
import { requestOf, type WebhookDraft, withFormat } from "./webhookForm";
import { useTestSettings } from "./webhookQueries";

const SHOWN = [
  "name",
  "url",
  "format",
  "mode",
  "minSeverity",
  "eventIncludes",
  "eventExcludes",
  "targets",
  "paths",
  "template",
  "headers",
  "mail",
  "secret",
  "retryAttempts",
  "retryBackoffSeconds",
  "timeoutSeconds",
];

// Behind what is folded at first: an error there unfolds it.
const FOLDED = ["headers", "secret", "retryAttempts", "retryBackoffSeconds", "timeoutSeconds"];

interface Props {
  initial: WebhookDraft;
  /** The webhook whose saved secrets may be used; null: it is a new one. */
  id: number | null;
  submit: string;
  error: Error | null;
  busy: boolean;
  onSubmit: (draft: WebhookDraft) => void;
  onCancel: () => void;
}

export interface FieldsProps {
  draft: WebhookDraft;
  errors: Record<string, string>;
  set: (change: Partial<WebhookDraft>) => void;
}

/** Everything about a receiver of alerts. */
export function WebhookForm({ initial, id, submit, error, busy, onSubmit, onCancel }: Props) {
  const [draft, setDraft] = useState(initial);
  const [unfolded, setUnfolded] = useState<string | null>(null);
  const set = (change: Partial<WebhookDraft>) => setDraft((current) => ({ ...current, ...change }));
  const test = useTestSettings(id);
  const shownError = error ?? test.error;
  const errors = fieldErrorsOf(shownError);
  // The field of an unsaved webhook within a test.
  for (const [field, message] of Object.entries(errors)) {
    errors[field.replace(/^webhook\./, "")] ??= message;
  }

  function onForm(event: FormEvent) {
    event.preventDefault();
    test.reset();
    onSubmit(draft);
  }

  const fields = { draft, errors, set };
  return (
    <form onSubmit={onForm}>
      <Stack maw="48rem">
        <FormProblem error={shownError} errors={errors} shown={SHOWN} />
        <Panel title="Who is told">
          <ReceiverFields
            {...fields}
            isNew={id === null}
            onFormat={(format) => setDraft((current) => withFormat(current, format))}
          />
        </Panel>
        <Panel title="Of what, and how often">
          <RuleFields {...fields} />
        </Panel>
        <Accordion
          variant="contained"
          value={FOLDED.some((field) => field in errors) ? "sending" : unfolded}
          onChange={setUnfolded}
        >
          <Accordion.Item value="sending">
            <Accordion.Control>How it is sent: secret, headers, attempts</Accordion.Control>
            <Accordion.Panel>
              <SendingFields {...fields} isNew={id === null} />
            </Accordion.Panel>
          </Accordion.Item>
        </Accordion>
        {test.data && <TestReport report={test.data} />}
        <Group>
          <Button type="submit" loading={busy}>
            {submit}
          </Button>
          <Button
            variant="default"
            loading={test.isPending}
            onClick={() => test.mutate({ webhook: requestOf(draft), events: ["webhook.test"] })}
          >
            Try it
          </Button>
          <Button variant="subtle" onClick={onCancel}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function ReceiverFields({
  draft,
  errors,
  set,
  isNew,
  onFormat,
}: FieldsProps & { isNew: boolean; onFormat: (format: WebhookFormat) => void }) {
  const receiver = receiverOf(draft.format);
  return (
    <Stack>
      <Select
        label="Receiver"
        data={RECEIVERS.map(({ format, label }) => ({ value: format, label }))}
        allowDeselect={false}
        value={draft.format}
        error={errors.format}
        onChange={(format) => format && onFormat(format as WebhookFormat)}
      />
      <TextInput
        label="Name"
        description="As it is listed here."
        required
        maxLength={100}
        value={draft.name}
        error={errors.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <TextInput
        label="Address"
        description={receiver.address}
        placeholder={receiver.example}
        required
        spellCheck={false}
        value={draft.url}
        error={errors.url}
        onChange={(event) => set({ url: event.currentTarget.value })}
      />
      {receiver.channel === "smtp" && <MailFields draft={draft} errors={errors} set={set} />}
      {draft.format === "pagerduty" && (
        <SecretField
          draft={draft}
          errors={errors}
          set={set}
          label="Routing key"
          required={isNew}
          description={isNew ? "Of the integration." : "Of the integration. Empty: it stays as it is saved."}
        />
      )}
      {draft.format === "template" && (
        <Textarea
          label="Body"
          description="Handlebars: title, severity, target, link, count, events with text and path. docs/alerts.md has them all."
          required
          autosize
          minRows={5}
          maxRows={20}
          spellCheck={false}
          styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
          value={draft.template}
          error={errors.template}
          onChange={(event) => set({ template: event.currentTarget.value })}
        />
      )}
    </Stack>
  );
}

function SendingFields({ draft, errors, set, isNew }: FieldsProps & { isNew: boolean }) {
  const { channel } = receiverOf(draft.format);
  return (
    <Stack>
      {draft.url.startsWith("http:") && (
        <Alert color="orange">This address is not encrypted: whoever is on the way can read what is sent.</Alert>
      )}
      {channel === "http" && draft.format !== "pagerduty" && (
        <SecretField
          draft={draft}
          errors={errors}
          set={set}
          label="Secret"
          description={
            isNew ? "At least 16 characters. Empty: Fixity makes one and shows it once." : "Empty: it stays as it is."
          }
        />
      )}
      {channel === "http" && <HeaderFields draft={draft} errors={errors} set={set} />}
      <Group grow align="flex-start">
        <NumberInput
          label="Attempts"
          min={1}
          max={20}
          value={draft.retryAttempts}
          error={errors.retryAttempts}
          onChange={(value) => set({ retryAttempts: Number(value) })}
        />
        <NumberInput
          label="First wait, seconds"
          min={1}
          max={86_400}
          value={draft.retryBackoffSeconds}
          error={errors.retryBackoffSeconds}
          onChange={(value) => set({ retryBackoffSeconds: Number(value) })}
        />
        <NumberInput
          label="Time-out, seconds"
          min={1}
          max={300}
          value={draft.timeoutSeconds}
          error={errors.timeoutSeconds}
          onChange={(value) => set({ timeoutSeconds: Number(value) })}
        />
      </Group>
    </Stack>
  );
}

function SecretField({
  draft,
  errors,
  set,
  label,
  description,
  required = false,
}: FieldsProps & { label: string; description: string; required?: boolean }) {
  return (
    <PasswordInput
      label={label}
      description={description}
      required={required}
      autoComplete="off"
      minLength={16}
      value={draft.secret}
      error={errors.secret}
      onChange={(event) => set({ secret: event.currentTarget.value })}
    />
  );
}
