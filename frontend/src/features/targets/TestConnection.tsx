import { Alert, Button, Text } from "@mantine/core";
import { fieldErrorsOf, messageFor } from "../../api/problems";
import type { ProbeAnswer } from "../../api/types";
import { formatDuration, formatWord } from "../../ui/format";
import { PathText } from "../../ui/PathText";

interface Props {
  busy: boolean;
  onTest: () => void;
  /** Of the settings as they stand; null: not tried yet, or changed since. */
  answer: ProbeAnswer | null;
  error: Error | null;
}

/** Tries the storage as it is typed, before anything is saved, and says what stands in the way. */
export function TestConnection({ busy, onTest, answer, error }: Props) {
  return (
    <div role="status">
      <Button variant="default" loading={busy} onClick={onTest}>
        Test connection
      </Button>
      {busy && (
        <Text size="sm" c="dimmed" pt="xs">
          A scanner tries it; this takes 10 seconds at most.
        </Text>
      )}
      {!busy && error && (
        <Alert color="red" mt="sm" title="Not tried">
          {Object.keys(fieldErrorsOf(error)).length > 0 ? "Please look at the marked fields." : messageFor(error)}
        </Alert>
      )}
      {!busy && answer && <Verdict answer={answer} />}
    </div>
  );
}

const TITLES: Readonly<Record<string, string>> = {
  ok: "It can be reached and read",
  no_scanner: "No scanner answered",
  busy: "No scanner had time for it",
  name_not_resolved: "The server's name is not known",
};

function Verdict({ answer }: { answer: ProbeAnswer }) {
  const { verdict, message, entries, tookMs } = answer;
  return (
    <Alert color={verdict === "ok" ? "teal" : "red"} mt="sm" title={TITLES[verdict] ?? formatWord(verdict)}>
      <Text size="sm">{message}</Text>
      {verdict === "login_refused" && (
        <Text size="sm">Fixity does not try again by itself: too many wrong tries can lock the account.</Text>
      )}
      {entries && (
        <Text size="sm">
          {entries.length === 0
            ? "There is nothing in it."
            : entries.map((entry, index) => (
                <span key={entry}>
                  {index === 0 ? "In it: " : ", "}
                  <PathText path={entry} max={40} />
                </span>
              ))}
        </Text>
      )}
      <Text size="xs" c="dimmed">
        Took {formatDuration(tookMs)}.
      </Text>
    </Alert>
  );
}
