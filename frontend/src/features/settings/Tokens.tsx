import { Button, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type FormEvent, useState } from "react";
import { fieldErrorsOf } from "../../api/problems";
import type { ApiToken, Role } from "../../api/types";
import { type Column, DataTable } from "../../ui/DataTable";
import { ConfirmDialog } from "../../ui/dialogs";
import { FormProblem } from "../../ui/FormProblem";
import { LoadedRows } from "../../ui/Loaded";
import { OneTimeSecret } from "../../ui/OneTimeSecret";
import { Panel } from "../../ui/Panel";
import { EmptyState } from "../../ui/states";
import { When } from "../../ui/values";
import { RoleSelect } from "./RoleSelect";
import { useCreateToken, useRevokeToken, useTokens } from "./settingsQueries";

const COLUMNS: readonly Column<ApiToken>[] = [
  { label: "Token", cell: (token) => token.name },
  { label: "Role", cell: (token) => token.role },
  { label: "Made by", cell: (token) => token.createdBy },
  { label: "Made", cell: (token) => <When time={token.createdAt} /> },
  { label: "Last used", cell: (token) => <When time={token.lastUsedAt} never="never" /> },
  { label: "Ends", cell: (token) => <When time={token.expiresAt} never="never" /> },
  { label: "Revoke", cell: (token) => <RevokeButton token={token} /> },
];

export function Tokens() {
  const tokens = useTokens();
  const [adding, dialog] = useDisclosure();
  return (
    <Panel title="API tokens" actions={<Button onClick={dialog.open}>Make a token</Button>} flush>
      <LoadedRows
        pages={tokens}
        what="tokens"
        empty={
          <EmptyState title="No tokens">
            A script or another program uses one instead of a password: Authorization: Bearer fxt_…
          </EmptyState>
        }
      >
        {(rows) => <DataTable caption="API tokens" columns={COLUMNS} rows={rows} rowKey={(token) => token.id} />}
      </LoadedRows>
      <Modal opened={adding} onClose={dialog.close} title="Make an API token" centered closeOnClickOutside={false}>
        <TokenForm onDone={dialog.close} />
      </Modal>
    </Panel>
  );
}

const LIFETIMES = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "A year" },
  { value: "never", label: "No end" },
];
const DAY_MS = 86_400_000;

function TokenForm({ onDone }: { onDone: () => void }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [days, setDays] = useState("90");
  const create = useCreateToken();
  const errors = fieldErrorsOf(create.error);

  function submit(event: FormEvent) {
    event.preventDefault();
    const expiresAt = days === "never" ? null : new Date(Date.now() + Number(days) * DAY_MS).toISOString();
    create.mutate({ name: name.trim(), role, expiresAt });
  }

  if (create.data) {
    return <OneTimeSecret value={create.data.token} label="Copy token" onDone={onDone} />;
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <FormProblem error={create.error} errors={errors} shown={["name", "expiresAt"]} />
        <TextInput
          label="Name"
          description="What will use it."
          required
          maxLength={100}
          value={name}
          error={errors.name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <RoleSelect value={role} onChange={setRole} />
        <Select
          label="Valid for"
          data={LIFETIMES}
          allowDeselect={false}
          value={days}
          error={errors.expiresAt}
          onChange={(value) => setDays(value ?? "90")}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={create.isPending}>
            Make token
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function RevokeButton({ token }: { token: ApiToken }) {
  const [asking, dialog] = useDisclosure();
  const revoke = useRevokeToken();

  if (token.revokedAt !== null) {
    return (
      <>
        revoked <When time={token.revokedAt} />
      </>
    );
  }
  return (
    <>
      <Button size="compact-xs" variant="default" aria-label={`Revoke ${token.name}`} onClick={dialog.open}>
        Revoke
      </Button>
      <ConfirmDialog
        opened={asking}
        onClose={dialog.close}
        title={`Revoke ${token.name}?`}
        confirm="Revoke token"
        busy={revoke.isPending}
        onConfirm={() => revoke.mutate(token.id, { onSettled: dialog.close })}
      >
        Whatever uses this token is refused from now on. A token cannot be brought back.
      </ConfirmDialog>
    </>
  );
}
