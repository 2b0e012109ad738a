import { Button, PasswordInput, Stack } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { fieldErrorsOf } from "../../api/problems";
import { FormProblem } from "../../ui/FormProblem";
import { Panel } from "../../ui/Panel";
import { useChangePassword, useSession } from "../auth/session";
import { Sessions } from "./Sessions";
import { PersonalTokens } from "./Tokens";

/** What is one's own: the password, where one is signed in, tokens. */
export function Account() {
  const external = useSession().data?.user?.external;
  return (
    <>
      {!external && <Password />}
      <Sessions />
      <PersonalTokens />
    </>
  );
}

function Password() {
  const user = useSession().data?.user;
  const [currentPassword, setCurrent] = useState("");
  const [newPassword, setNew] = useState("");
  const change = useChangePassword();
  const errors = fieldErrorsOf(change.error);

  function submit(event: FormEvent) {
    event.preventDefault();
    change.mutate(
      { currentPassword, newPassword },
      {
        onSuccess: () => {
          setCurrent("");
          setNew("");
        },
      },
    );
  }

  return (
    <Panel title={`Password of ${user?.username}`}>
      <form onSubmit={submit}>
        <Stack maw="26rem">
          <FormProblem error={change.error} errors={errors} shown={["currentPassword", "newPassword"]} />
          <input type="hidden" name="username" autoComplete="username" value={user?.username ?? ""} />
          <PasswordInput
            label="Current password"
            autoComplete="current-password"
            required
            value={currentPassword}
            error={errors.currentPassword}
            onChange={(event) => setCurrent(event.currentTarget.value)}
          />
          <PasswordInput
            label="New password"
            description="At least 12 characters."
            autoComplete="new-password"
            required
            minLength={12}
            value={newPassword}
            error={errors.newPassword}
            onChange={(event) => setNew(event.currentTarget.value)}
          />
          <div>
            <Button type="submit" loading={change.isPending}>
              Change password
            </Button>
          </div>
        </Stack>
      </form>
    </Panel>
  );
}
