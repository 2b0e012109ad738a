import { Alert, Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Navigate, useSearchParams } from "react-router";
import { messageFor } from "../../api/problems";
import { Loaded } from "../../ui/Loaded";
import { AuthCard } from "./AuthCard";
import { useSession, useSignIn } from "./session";

/** Signs in, then goes to where the person was going. */
export function SignInPage() {
  const session = useSession();
  const [search] = useSearchParams();

  return (
    <Loaded query={session} what="Fixity">
      {({ setupRequired, user }) => {
        if (user) {
          return <Navigate to={placeToReturn(search.get("next"))} replace />;
        }
        return setupRequired ? <Navigate to="/setup" replace /> : <SignInForm />;
      }}
    </Loaded>
  );
}

function SignInForm() {
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const signIn = useSignIn();

  function submit(event: FormEvent) {
    event.preventDefault();
    signIn.mutate({ username: username.trim(), password });
  }

  return (
    <AuthCard title="Sign in">
      <form onSubmit={submit}>
        <Stack>
          {signIn.error && (
            <Alert color="red" role="alert">
              {messageFor(signIn.error)}
            </Alert>
          )}
          <TextInput
            label="User name"
            name="username"
            autoComplete="username"
            autoFocus
            required
            value={username}
            onChange={(event) => setUsername(event.currentTarget.value)}
          />
          <PasswordInput
            label="Password"
            name="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <Button type="submit" loading={signIn.isPending}>
            Sign in
          </Button>
        </Stack>
      </form>
    </AuthCard>
  );
}

/** Only a path of this site: a link must not send somebody elsewhere after they signed in. */
export function placeToReturn(next: string | null): string {
  return next !== null && /^\/(?![/\\])/.test(next) ? next : "/";
}
