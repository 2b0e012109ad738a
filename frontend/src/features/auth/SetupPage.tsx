import { Button, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useEffect, useState } from "react";
import { Navigate, useLocation, useNavigate } from "react-router";
import { fieldErrorsOf } from "../../api/problems";
import { FormProblem } from "../../ui/FormProblem";
import { Loaded } from "../../ui/Loaded";
import { AuthCard } from "./AuthCard";
import { useSession, useSetup } from "./session";

/** The first run: whoever holds the one-time link creates the first administrator. */
export function SetupPage() {
  const session = useSession();
  const token = useTokenOfLink();

  return (
    <Loaded query={session} what="Fixity">
      {({ setupRequired }) => {
        if (!setupRequired) {
          return <Navigate to="/" replace />;
        }
        return token === null ? <LinkNeeded /> : <SetupForm token={token} />;
      }}
    </Loaded>
  );
}

/** The token comes in the fragment, which no server and no log ever sees; nor should the browser's history. */
function useTokenOfLink(): string | null {
  const { hash, pathname } = useLocation();
  const navigate = useNavigate();
  const fromLink = new URLSearchParams(hash.slice(1)).get("token");
  const [token, setToken] = useState(fromLink);

  useEffect(() => {
    if (fromLink !== null) {
      setToken(fromLink);
      void navigate(pathname, { replace: true });
    }
  }, [fromLink, navigate, pathname]);

  return token;
}

function LinkNeeded() {
  return (
    <AuthCard title="Fixity is waiting for its administrator">
      <Text>
        Nobody can sign in yet. Open the link that Fixity printed in the terminal when it started: it creates the first
        administrator.
      </Text>
      <Text c="dimmed" size="sm">
        The link works once. Starting Fixity again prints a new one as long as there is no user.
      </Text>
    </AuthCard>
  );
}

function SetupForm({ token }: { token: string }) {
  const [username, setUsername] = useState("admin");
  const [password, setPassword] = useState("");
  const [repeated, setRepeated] = useState("");
  const setup = useSetup();
  const errors = fieldErrorsOf(setup.error);
  const differs = repeated !== "" && repeated !== password;

  function submit(event: FormEvent) {
    event.preventDefault();
    setup.mutate({ token, username: username.trim(), password });
  }

  return (
    <AuthCard title="Welcome. Create the administrator">
      <form onSubmit={submit}>
        <Stack>
          <FormProblem error={setup.error} errors={errors} shown={["username", "password"]} />
          <TextInput
            label="User name"
            name="username"
            autoComplete="username"
            required
            value={username}
            error={errors.username}
            onChange={(event) => setUsername(event.currentTarget.value)}
          />
          <PasswordInput
            label="Password"
            description="At least 12 characters. A few words in a row are fine."
            name="password"
            autoComplete="new-password"
            autoFocus
            required
            minLength={12}
            value={password}
            error={errors.password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <PasswordInput
            label="The same password again"
            name="password-again"
            autoComplete="new-password"
            required
            value={repeated}
            error={differs ? "The two passwords differ." : undefined}
            onChange={(event) => setRepeated(event.currentTarget.value)}
          />
          <Button type="submit" loading={setup.isPending} disabled={repeated !== password}>
            Create administrator
          </Button>
        </Stack>
      </form>
    </AuthCard>
  );
}
