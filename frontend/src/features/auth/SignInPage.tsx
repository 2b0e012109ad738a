import { Alert, Button, Divider, PasswordInput, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Navigate, useSearchParams } from "react-router";
import { messageFor } from "../../api/problems";
import { Loaded } from "../../ui/Loaded";
import { AuthCard } from "./AuthCard";
import { providerFailure } from "./providerFailure";
import { useSession, useSignIn } from "./session";

const PROVIDER_URL = "/api/v1/auth/oidc/start";

/** Signs in, then goes to where the person was going. */
export function SignInPage() {
  const session = useSession();
  const [search] = useSearchParams();

  return (
    <Loaded query={session} what="Fixity">
      {({ setupRequired, user, provider }) => {
        const next = placeToReturn(search.get("next"));
        if (user) {
          return <Navigate to={next} replace />;
        }
        // The provider may know an administrator before there is one here.
        return setupRequired && !provider ? (
          <Navigate to="/setup" replace />
        ) : (
          <SignInForm provider={provider} next={next} failed={search.get("failed")} />
        );
      }}
    </Loaded>
  );
}

interface Props {
  provider: string | null;
  next: string;
  /** Why the provider's answer let nobody in. */
  failed: string | null;
}

function SignInForm({ provider, next, failed }: Props) {
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
          {(signIn.error || failed) && (
            <Alert color="red" role="alert">
              {signIn.error ? messageFor(signIn.error) : providerFailure(failed, provider)}
            </Alert>
          )}
          {provider && (
            <>
              <Button component="a" href={`${PROVIDER_URL}?next=${encodeURIComponent(next)}`}>
                Sign in with {provider}
              </Button>
              <Divider label="or" />
            </>
          )}
          <TextInput
            label="User name"
            name="username"
            autoComplete="username"
            autoFocus={!provider}
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
          <Button type="submit" variant={provider ? "default" : "filled"} loading={signIn.isPending}>
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
