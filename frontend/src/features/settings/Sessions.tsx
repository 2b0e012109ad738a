import { Button } from "@mantine/core";
import type { SessionEntry } from "../../api/types";
import { type Column, DataTable } from "../../ui/DataTable";
import { Loaded } from "../../ui/Loaded";
import { Panel } from "../../ui/Panel";
import { When } from "../../ui/values";
import { useEndOtherSessions, useEndSession, useSessions } from "../auth/session";

const COLUMNS: readonly Column<SessionEntry>[] = [
  { label: "Browser", cell: (session) => session.userAgent ?? "unknown" },
  { label: "From", cell: (session) => session.address ?? "unknown" },
  { label: "Signed in", cell: (session) => <When time={session.createdAt} /> },
  { label: "Last seen", cell: (session) => <When time={session.lastSeenAt} /> },
  { label: "End", cell: (session) => (session.current ? "this one" : <EndButton session={session} />) },
];

/** The browsers in which one is signed in. */
export function Sessions() {
  const sessions = useSessions();
  const endOthers = useEndOtherSessions();
  const others = sessions.data?.items.some(({ current }) => !current);
  return (
    <Panel
      title="Where you are signed in"
      actions={
        others && (
          <Button variant="default" loading={endOthers.isPending} onClick={() => endOthers.mutate(undefined)}>
            Sign out everywhere else
          </Button>
        )
      }
      flush
    >
      <Loaded query={sessions} what="sessions">
        {({ items }) => (
          <DataTable caption="Where you are signed in" columns={COLUMNS} rows={items} rowKey={({ id }) => id} />
        )}
      </Loaded>
    </Panel>
  );
}

function EndButton({ session }: { session: SessionEntry }) {
  const end = useEndSession();
  return (
    <Button size="compact-xs" variant="default" loading={end.isPending} onClick={() => end.mutate(session.id)}>
      Sign out
    </Button>
  );
}
