import { Alert, Button, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Link, useParams } from "react-router";
import type { FileRecord } from "../../api/types";
import { WordBadge } from "../../ui/Badge";
import { Checksum } from "../../ui/Checksum";
import { ReasonDialog } from "../../ui/dialogs";
import { Facts } from "../../ui/Facts";
import { UNKNOWN } from "../../ui/format";
import { Loaded, LoadedRows } from "../../ui/Loaded";
import { PageHeader } from "../../ui/PageHeader";
import { Panel } from "../../ui/Panel";
import { PathText } from "../../ui/PathText";
import { textOf, tokensOf } from "../../ui/pathTokens";
import { EmptyState } from "../../ui/states";
import { Bytes, When } from "../../ui/values";
import { IfMay } from "../auth/session";
import { ChangeItem } from "../changes/ChangeItem";
import { useAcceptFile, useFile, useFileHistory } from "./fileQueries";

/** One file: what it should be, what it is, and its life so far. */
export function FilePage() {
  const file = useFile(Number(useParams().fileId));
  return (
    <Loaded query={file} what="the file">
      {(loaded) => (
        <>
          <PageHeader title={<PathText path={nameOf(loaded.path)} />} tab={textOf(tokensOf(nameOf(loaded.path)))} />
          {loaded.state === "corrupted" && <Corruption file={loaded} />}
          <Panel title="The file">
            <FileFacts file={loaded} />
          </Panel>
          <History id={loaded.id} />
        </>
      )}
    </Loaded>
  );
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function Corruption({ file }: { file: FileRecord }) {
  return (
    <Alert color="red" title="This file is not what it should be">
      <Stack gap="sm" align="flex-start">
        <div>
          Its size and modification time are unchanged, its content is not: that is damage, not an edit. Restore the
          file from a backup or another copy: the next scan then recognises it by its expected checksum. If the content
          is right as it is, accept it.
        </div>
        <Facts
          facts={[
            ["Expected", <Checksum key="expected" value={file.checksum} algorithm={file.algorithm} />],
            ["Actual", <Checksum key="actual" value={file.observedChecksum} algorithm={file.algorithm} />],
          ]}
        />
        <IfMay needs="operator">
          <AcceptButton id={file.id} />
        </IfMay>
      </Stack>
    </Alert>
  );
}

function AcceptButton({ id }: { id: number }) {
  const [asking, dialog] = useDisclosure();
  const accept = useAcceptFile(id);
  return (
    <>
      <Button variant="default" onClick={dialog.open}>
        Accept this content
      </Button>
      <ReasonDialog
        opened={asking}
        title="Accept the content as it is now?"
        confirm="Accept content"
        busy={accept.isPending}
        onReason={(reason) => accept.mutate(reason, { onSettled: dialog.close })}
        onClose={dialog.close}
      >
        The actual checksum becomes the expected one. Fixity will then protect this content, and no longer know the old
        one to be right. The old checksum stays in the history.
      </ReasonDialog>
    </>
  );
}

function FileFacts({ file }: { file: FileRecord }) {
  return (
    <Facts
      facts={[
        [
          "State",
          <span key="state">
            <WordBadge word={file.state} /> since <When time={file.stateSince} />
          </span>,
        ],
        [
          "Target",
          <Link key="target" to={`/targets/${file.targetId}`}>
            {file.targetName}
          </Link>,
        ],
        ["Path", <PathText key="path" path={file.path} max={4096} />],
        ["Size", <Bytes key="size" value={file.size} />],
        [
          "Modified",
          <code key="mtime" title={`${file.mtimeNs} ns since 1970`}>
            {file.mtime}
          </code>,
        ],
        ["Mode", file.mode ?? UNKNOWN],
        ["Checksum", <Checksum key="checksum" value={file.checksum} algorithm={file.algorithm} />],
        ["Last verified", <When key="verified" time={file.verifiedAt} never="never" />],
        ["First seen", <When key="first" time={file.firstSeenAt} />],
        ["Last seen", <When key="last" time={file.lastSeenAt} never="unknown" />],
      ]}
    />
  );
}

function History({ id }: { id: number }) {
  const history = useFileHistory(id);
  return (
    <Panel title="History" flush>
      <LoadedRows
        pages={history}
        what="the history"
        empty={<EmptyState title="Nothing has happened to this file since it was first recorded" />}
      >
        {(rows) => (
          <div>
            {rows.map((change) => (
              <ChangeItem key={change.id} change={change} withPath={false} />
            ))}
          </div>
        )}
      </LoadedRows>
    </Panel>
  );
}
