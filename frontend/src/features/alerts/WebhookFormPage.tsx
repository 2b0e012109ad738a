import { Button, Group, MultiSelect, NumberInput, PasswordInput, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router";
import { fieldErrorsOf } from "../../api/problems";
import type { WebhookRequest } from "../../api/types";
import { FormProblem } from "../../ui/FormProblem";
import { OneTimeSecret } from "../../ui/OneTimeSecret";
import { PageHeader } from "../../ui/PageHeader";
import { Panel } from "../../ui/Panel";
import { EVENT_TYPES, SENSIBLE_EVENTS } from "./eventTypes";
import { useCreateWebhook } from "./webhookQueries";

interface Draft {
  name: string;
  url: string;
  eventIncludes: string[];
  eventExcludes: string[];
  retryAttempts: number;
  retryBackoffSeconds: number;
  timeoutSeconds: number;
  secret: string;
}

const EMPTY: Draft = {
  name: "",
  url: "",
  eventIncludes: SENSIBLE_EVENTS,
  eventExcludes: [],
  retryAttempts: 3,
  retryBackoffSeconds: 60,
  timeoutSeconds: 30,
  secret: "",
};

export function NewWebhookPage() {
  const create = useCreateWebhook();
  const navigate = useNavigate();

  if (create.data) {
    const { id, name, secret } = create.data;
    return (
      <>
        <PageHeader title={`${name} was added`} />
        <Panel title="Its secret">
          <OneTimeSecret value={secret} label="Copy secret" onDone={() => navigate(`/alerts/${id}`)}>
            The receiver checks with it that a message comes from Fixity: the header X-Signature is the HMAC-SHA256 of
            the timestamp header, a dot and the body.
          </OneTimeSecret>
        </Panel>
      </>
    );
  }

  return (
    <>
      <PageHeader title="Add a webhook" />
      <WebhookForm error={create.error} busy={create.isPending} onSubmit={(body) => create.mutate(body)} />
    </>
  );
}

interface FormProps {
  error: Error | null;
  busy: boolean;
  onSubmit: (body: WebhookRequest) => void;
}

function WebhookForm({ error, busy, onSubmit }: FormProps) {
  const [draft, setDraft] = useState(EMPTY);
  const set = (change: Partial<Draft>) => setDraft((current) => ({ ...current, ...change }));
  const errors = fieldErrorsOf(error);
  const navigate = useNavigate();

  function submit(event: FormEvent) {
    event.preventDefault();
    const { secret, ...rest } = draft;
    onSubmit({ ...rest, name: draft.name.trim(), url: draft.url.trim(), ...(secret === "" ? {} : { secret }) });
  }

  return (
    <form onSubmit={submit}>
      <Stack maw="44rem">
        <FormProblem error={error} errors={errors} shown={Object.keys(EMPTY)} />
        <Panel>
          <Stack>
            <TextInput
              label="Name"
              required
              maxLength={100}
              value={draft.name}
              error={errors.name}
              onChange={(event) => set({ name: event.currentTarget.value })}
            />
            <TextInput
              label="Address"
              description="Where to send to, with http:// or https://. Redirects are not followed."
              type="url"
              required
              spellCheck={false}
              value={draft.url}
              error={errors.url}
              onChange={(event) => set({ url: event.currentTarget.value })}
            />
            <MultiSelect
              label="Is told of"
              description="Empty means everything."
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
            <PasswordInput
              label="Secret"
              description="At least 16 characters. Empty: Fixity makes one and shows it once."
              autoComplete="off"
              minLength={16}
              value={draft.secret}
              error={errors.secret}
              onChange={(event) => set({ secret: event.currentTarget.value })}
            />
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
        </Panel>
        <Group>
          <Button type="submit" loading={busy}>
            Add webhook
          </Button>
          <Button variant="default" onClick={() => navigate("/alerts")}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
