import { Button, Group, Input, Modal, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { fieldErrorsOf } from "../../api/problems";
import { FormProblem } from "../../ui/FormProblem";
import { TargetSelect } from "../targets/TargetSelect";
import { EVENT_TYPES } from "./eventTypes";
import { useCreateMute } from "./muteQueries";

const HOUR = 3_600_000;

const SPANS = [
  { value: String(HOUR), label: "1 hour" },
  { value: String(8 * HOUR), label: "8 hours" },
  { value: String(24 * HOUR), label: "1 day" },
  { value: String(7 * 24 * HOUR), label: "1 week" },
  { value: String(30 * 24 * HOUR), label: "30 days" },
];

interface Props {
  opened: boolean;
  /** Of which to begin with; undefined: all. */
  targetId?: number | undefined;
  onClose: () => void;
}

/** Keeps something quiet until a time, for a reason. */
export function MuteDialog({ opened, targetId, onClose }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title="Keep quiet" centered>
      <MuteForm targetId={targetId} onDone={onClose} />
    </Modal>
  );
}

function MuteForm({ targetId, onDone }: { targetId?: number | undefined; onDone: () => void }) {
  const [target, setTarget] = useState(targetId);
  const [event, setEvent] = useState<string | null>(null);
  const [path, setPath] = useState("");
  const [span, setSpan] = useState(String(8 * HOUR));
  const [reason, setReason] = useState("");
  const create = useCreateMute();
  const errors = fieldErrorsOf(create.error);

  function submit(form: FormEvent) {
    form.preventDefault();
    create.mutate(
      {
        until: new Date(Date.now() + Number(span)).toISOString(),
        reason: reason.trim(),
        targetId: target ?? null,
        path: path.trim() === "" ? null : path.trim(),
        event,
      },
      { onSuccess: onDone },
    );
  }

  return (
    <form onSubmit={submit}>
      <Stack>
        <FormProblem error={create.error} errors={errors} shown={["reason", "path", "event", "until"]} />
        <div>Nobody is told of it until then. It is recorded and shown here all the same.</div>
        <Input.Wrapper label="Target">
          <TargetSelect value={target} onChange={(id) => setTarget(id ?? undefined)} />
        </Input.Wrapper>
        <Select
          label="Events"
          placeholder="All"
          data={EVENT_TYPES}
          searchable
          clearable
          value={event}
          error={errors.event}
          onChange={setEvent}
        />
        <TextInput
          label="Files"
          description="A pattern as in .gitignore; empty: all."
          spellCheck={false}
          value={path}
          error={errors.path}
          onChange={(change) => setPath(change.currentTarget.value)}
        />
        <Select
          label="For"
          data={SPANS}
          allowDeselect={false}
          value={span}
          error={errors.until}
          onChange={(value) => value && setSpan(value)}
        />
        <Textarea
          label="Reason"
          description="Kept with your name."
          required
          data-autofocus
          autosize
          minRows={2}
          maxLength={500}
          value={reason}
          error={errors.reason}
          onChange={(change) => setReason(change.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            Not now
          </Button>
          <Button type="submit" loading={create.isPending} disabled={reason.trim() === ""}>
            Keep quiet
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
