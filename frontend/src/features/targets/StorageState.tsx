import { Alert } from "@mantine/core";
import { Link } from "react-router";
import type { Scan, Target } from "../../api/types";
import { WordBadge } from "../../ui/Badge";
import { formatWord } from "../../ui/format";
import { When } from "../../ui/values";
import { IfMay } from "../auth/session";
import { useTarget } from "./targetQueries";

type Stated = Pick<Target, "state" | "stateSince" | "stateReason">;

/** Whether the storage could be reached when it was last tried, since when, and why not. */
export function StorageState({ target: { state, stateSince, stateReason } }: { target: Stated }) {
  return (
    <>
      <WordBadge word={state} />
      {stateSince && (
        <>
          {" "}
          since <When time={stateSince} />
        </>
      )}
      {stateReason && `: ${formatWord(stateReason)}`}
    </>
  );
}

/** The same of a scan's target: as it stood when the scan was asked for, until the target itself is heard. */
export function StorageStateOf({ scan: { targetId, storage } }: { scan: Scan }) {
  const target = useTarget(targetId);
  if (target.data) {
    return <StorageState target={target.data} />;
  }
  return storage ? (
    <StorageState target={{ state: storage.state, stateSince: storage.since, stateReason: storage.reason }} />
  ) : (
    "not known"
  );
}

/** What is to be done while the storage is not there. */
export function StorageAlert({ target }: { target: Target }) {
  const reason = target.stateReason
    ? `${formatWord(target.stateReason)}.`
    : "The last scan could not get at this target.";
  if (target.state === "denied") {
    return (
      <Alert color="red" title="Nobody is let in">
        {reason} That was <When time={target.stateSince} />.{" "}
        {target.stateReason === "storage_login_refused" &&
          "No scan tries this login again by itself, so that the account is not locked: change the credentials, let a test of the connection succeed, or start a scan by hand. "}
        Its files are unknown, not deleted.{" "}
        <IfMay needs="admin">
          <Link to={`/targets/${target.id}/edit`}>Change the credentials</Link>
        </IfMay>
      </Alert>
    );
  }
  if (target.state !== "offline") {
    return null;
  }
  return (
    <Alert color="red" title="Out of reach">
      {reason} That was <When time={target.stateSince} />. Its files are unknown, not deleted: what was recorded of them
      stays.
    </Alert>
  );
}
