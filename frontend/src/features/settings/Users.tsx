import { Button, Group, Menu, Modal, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type FormEvent, useState } from "react";
import { fieldErrorsOf } from "../../api/problems";
import type { Role, User } from "../../api/types";
import { Badge } from "../../ui/Badge";
import { type Column, DataTable } from "../../ui/DataTable";
import { ConfirmDialog } from "../../ui/dialogs";
import { FormProblem } from "../../ui/FormProblem";
import { LoadedRows } from "../../ui/Loaded";
import { Panel } from "../../ui/Panel";
import { When } from "../../ui/values";
import { useSession } from "../auth/session";
import { RoleSelect } from "./RoleSelect";
import { useCreateUser, useDeleteUser, useUpdateUser, useUsers } from "./settingsQueries";

const COLUMNS: readonly Column<User>[] = [
  { label: "User", cell: (user) => (user.external ? `${user.username} (single sign-on)` : user.username) },
  { label: "Role", cell: (user) => user.role },
  {
    label: "State",
    cell: (user) =>
      user.disabled ? (
        <Badge tone="quiet">Switched off</Badge>
      ) : (
        <Badge tone="good" sign="✓">
          Active
        </Badge>
      ),
  },
  { label: "Last sign-in", cell: (user) => <When time={user.lastLoginAt} never="never" /> },
  { label: "Added", cell: (user) => <When time={user.createdAt} /> },
  { label: "Change", cell: (user) => <UserActions user={user} /> },
];

export function Users() {
  const users = useUsers();
  const [adding, dialog] = useDisclosure();
  return (
    <Panel title="Users" actions={<Button onClick={dialog.open}>Add user</Button>} flush>
      <LoadedRows pages={users} what="users" empty="No users">
        {(rows) => <DataTable caption="Users" columns={COLUMNS} rows={rows} rowKey={(user) => user.id} />}
      </LoadedRows>
      <Modal opened={adding} onClose={dialog.close} title="Add a user" centered>
        <UserForm onDone={dialog.close} />
      </Modal>
    </Panel>
  );
}

function UserForm({ onDone }: { onDone: () => void }) {
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const create = useCreateUser();
  const errors = fieldErrorsOf(create.error);

  function submit(event: FormEvent) {
    event.preventDefault();
    create.mutate({ username: username.trim(), password, role }, { onSuccess: onDone });
  }

  return (
    <form onSubmit={submit}>
      <Stack>
        <FormProblem error={create.error} errors={errors} shown={["username", "password"]} />
        <TextInput
          label="User name"
          autoComplete="off"
          required
          value={username}
          error={errors.username}
          onChange={(event) => setUsername(event.currentTarget.value)}
        />
        <PasswordInput
          label="First password"
          description="At least 12 characters. Tell it to the person; they can change it."
          autoComplete="new-password"
          required
          minLength={12}
          value={password}
          error={errors.password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <RoleSelect value={role} onChange={setRole} />
        <Group justify="flex-end">
          <Button type="submit" loading={create.isPending}>
            Add user
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

const ROLES: readonly Role[] = ["viewer", "operator", "admin"];

function UserActions({ user }: { user: User }) {
  const self = useSession().data?.user?.username === user.username;
  const update = useUpdateUser();
  const remove = useDeleteUser();
  const [asking, dialog] = useDisclosure();

  // Nobody locks themselves out by a slip; another administrator can.
  if (self) {
    return "this is you";
  }
  return (
    <>
      <Menu>
        <Menu.Target>
          <Button size="compact-xs" variant="default" aria-label={`Change ${user.username}`}>
            Change
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {ROLES.filter((role) => role !== user.role).map((role) => (
            <Menu.Item key={role} onClick={() => update.mutate({ id: user.id, role, disabled: user.disabled })}>
              Make {role}
            </Menu.Item>
          ))}
          <Menu.Item onClick={() => update.mutate({ id: user.id, role: user.role, disabled: !user.disabled })}>
            {user.disabled ? "Enable" : "Switch off"}
          </Menu.Item>
          <Menu.Item color="red" onClick={dialog.open}>
            Delete
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ConfirmDialog
        opened={asking}
        onClose={dialog.close}
        title={`Delete ${user.username}?`}
        confirm="Delete user"
        busy={remove.isPending}
        onConfirm={() => remove.mutate(user.id, { onSettled: dialog.close })}
      >
        {user.username} is signed out at once and cannot sign in again. What they did stays in the audit log.
      </ConfirmDialog>
    </>
  );
}
