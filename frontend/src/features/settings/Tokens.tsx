import { Button, Group, Modal, MultiSelect, Select, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type FormEvent, useState } from "react";
import { fieldErrorsOf } from "../../api/problems";
import type { ApiToken, Role, TokenKind } from "../../api/types";
import { type Column, DataTable } from "../../ui/DataTable";
import { ConfirmDialog } from "../../ui/dialogs";
import { FormProblem } from "../../ui/FormProblem";
import { LoadedRows } from "../../ui/Loaded";
import { OneTimeSecret } from "../../ui/OneTimeSecret";
import { Panel } from "../../ui/Panel";
import { EmptyState } from "../../ui/states";
import { When } from "../../ui/values";
import { useSession } from "../auth/session";
import { useTargets } from "../targets/targetQueries";
import { RoleSelect } from "./RoleSelect";
import { useCreateToken, useRevokeToken, useTokens } from "./settingsQueries";

const COLUMNS: readonly Column<ApiToken>[] = [
  { label: "Token", cell: (token) => token.name },
  { label: "Role", cell: (token) => token.role },
  { label: "Targets", cell: (token) => <Scope token={token} /> },
  { label: "Made by", cell: (token) => token.createdBy },
  { label: "Made", cell: (token) => <When time={token.createdAt} /> },
  { label: "Last used", cell: (token) => <When time={token.lastUsedAt} never="never" /> },
  { label: "Ends", cell: (token) => <When time={token.expiresAt} never="never" /> },
  { label: "Revoke", cell: (token) => <RevokeButton token={token} /> },
];

/** All tokens, for an administrator: those of services, and the personal ones of everybody. */
export function Tokens() {
  return <TokenPanel kind="service" title="API tokens" />;
}

/** One's own. */
export function PersonalTokens() {
  return <TokenPanel kind="personal" title="Your API tokens" />;
}

function TokenPanel({ kind, title }: { kind: TokenKind; title: string }) {
  const tokens = useTokens(kind === "personal");
  const [adding, dialog] = useDisclosure();
  const columns = kind === "personal" ? COLUMNS.filter(({ label }) => label !== "Made by") : [...COLUMNS, KIND];
  return (
    <Panel title={title} actions={<Button onClick={dialog.open}>Make a token</Button>} flush>
      <LoadedRows
        pages={tokens}
        what="tokens"
        empty={
          <EmptyState title="No tokens">
            A script or another program uses one instead of a password: Authorization: Bearer fxt_…
          </EmptyState>
        }
      >
        {(rows) => <DataTable caption={title} columns={columns} rows={rows} rowKey={(token) => token.id} />}
      </LoadedRows>
      <Modal opened={adding} onClose={dialog.close} title="Make an API token" centered closeOnClickOutside={false}>
        <TokenForm kind={kind} onDone={dialog.close} />
      </Modal>
    </Panel>
  );
}

const KIND: Column<ApiToken> = {
  label: "Of",
  cell: (token) => (token.kind === "personal" ? "a person" : "a service"),
};

function Scope({ token }: { token: ApiToken }) {
  const names = new Map(useTargets().items?.map(({ id, name }) => [id, name]));
  return token.targets === null ? "all" : token.targets.map((id) => names.get(id) ?? `target ${id}`).join(", ");
}

const LIFETIMES = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "A year" },
  { value: "never", label: "No end" },
];
const DAY_MS = 86_400_000;

function TokenForm({ kind, onDone }: { kind: TokenKind; onDone: () => void }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [targets, setTargets] = useState<string[]>([]);
  const own = useSession().data?.user?.role;
  const known = useTargets().items ?? [];
  const [days, setDays] = useState("90");
  const create = useCreateToken();
  const errors = fieldErrorsOf(create.error);

  function submit(event: FormEvent) {
    event.preventDefault();
    const expiresAt = days === "never" ? null : new Date(Date.now() + Number(days) * DAY_MS).toISOString();
    create.mutate({
      name: name.trim(),
      kind,
      role,
      expiresAt,
      targets: targets.length === 0 ? null : targets.map(Number),
    });
  }

  if (create.data) {
    return <OneTimeSecret value={create.data.token} label="Copy token" onDone={onDone} />;
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <FormProblem error={create.error} errors={errors} shown={["name", "role", "targets", "expiresAt"]} />
        <TextInput
          label="Name"
          description="What will use it."
          required
          maxLength={100}
          value={name}
          error={errors.name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <RoleSelect value={role} onChange={setRole} most={kind === "personal" ? own : undefined} error={errors.role} />
        <MultiSelect
          label="Targets"
          description="It sees nothing of the others. None chosen: it may see all, and what is about all of them."
          placeholder={targets.length === 0 ? "All targets" : undefined}
          data={known.map((target) => ({ value: String(target.id), label: target.name }))}
          searchable
          clearable
          value={targets}
          error={errors.targets}
          onChange={setTargets}
        />
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
