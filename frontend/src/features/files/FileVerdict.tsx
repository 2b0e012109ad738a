import { Alert, Button, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { ReactNode } from "react";
import type { Change, FileRecord } from "../../api/types";
import { Checksum } from "../../ui/Checksum";
import { DamageMap } from "../../ui/DamageMap";
import { ReasonDialog } from "../../ui/dialogs";
import { Facts } from "../../ui/Facts";
import { formatAbsolute } from "../../ui/format";
import { When } from "../../ui/values";
import { IfMay } from "../auth/session";
import { useAcceptFile, useFileHistory } from "./fileQueries";

/** What somebody should know of this file before anything else; of most files, nothing. */
export function FileVerdict({ file }: { file: FileRecord }) {
  const history = useFileHistory(file.id).items ?? [];
  // Out of reach it is as damaged as it was.
  switch (file.lastKnownState ?? file.state) {
    case "corrupted":
      return <Corrupted file={file} />;
    case "tampered":
      return <Tampered file={file} found={history.find(({ type }) => type === "tampered")} />;
    case "unreadable":
      return file.retryAfter === null ? null : <BackedOff until={file.retryAfter} />;
    case "excluded":
      return <Excluded />;
    case "present":
      return <Modified file={file} last={history[0]} />;
    default:
      return null;
  }
}

function Corrupted({ file }: { file: FileRecord }) {
  return (
    <Damaged file={file} title="This file is not what it should be">
      Its size and modification time are unchanged, its content is not: that is damage, not an edit. Restore the file
      from a backup or another copy: the next scan then recognises it by its expected checksum. If the content is right
      as it is, accept it.
    </Damaged>
  );
}

function Tampered({ file, found }: { file: FileRecord; found: Change | undefined }) {
  const written = found?.details?.observedCtime;
  return (
    <Damaged file={file} title="The content was changed and its time put back">
      Its size and modification time are as recorded, its content is not
      {written ? (
        <>
          , and the file system noted a write <When time={written} />
        </>
      ) : (
        ", and the file system noted a write"
      )}
      . Decay does not do that: a person or a program changed the file and set its modification time back. Find out who
      did, then restore the file from a copy you trust, or accept the content if it is right.
    </Damaged>
  );
}

function Damaged({ file, title, children }: { file: FileRecord; title: string; children: ReactNode }) {
  return (
    <Alert color="red" title={title}>
      <Stack gap="sm" align="stretch">
        <div>{children}</div>
        <Facts
          facts={[
            ["Expected", <Checksum key="expected" value={file.checksum} algorithm={file.algorithm} />],
            ["Actual", <Checksum key="actual" value={file.observedChecksum} algorithm={file.algorithm} />],
          ]}
        />
        <DamageMap damage={file.damage} fileSize={file.size} />
        <IfMay needs="operator">
          <div>
            <AcceptButton id={file.id}>
              The actual checksum becomes the expected one. Fixity will then protect this content, and no longer know
              the old one to be right. The old checksum stays in the history.
            </AcceptButton>
          </div>
        </IfMay>
      </Stack>
    </Alert>
  );
}

/** An edit is the baseline already; accepting it says that somebody looked at it and stands for it. */
function Modified({ file, last }: { file: FileRecord; last: Change | undefined }) {
  if (last?.type !== "modified" || last.acknowledgedAt !== null) {
    return null;
  }
  return (
    <Alert color="gray" title="This file was changed, and nobody has said yet that it was meant to be">
      <Stack gap="sm" align="flex-start">
        <div>
          It was found changed <When time={last.detectedAt} />, with a new modification time, as an edit has. The new
          content is protected already. Accept it to note in the history that the change was meant.
        </div>
        <IfMay needs="operator">
          <AcceptButton id={file.id}>The change is acknowledged with your name and reason.</AcceptButton>
        </IfMay>
      </Stack>
    </Alert>
  );
}

function BackedOff({ until }: { until: string }) {
  return (
    <Alert color="yellow" title="Reading this file hung">
      It gave no byte for a minute, so it is left alone for a while. Scans try it again from{" "}
      <time dateTime={until}>{formatAbsolute(until)}</time> on.
    </Alert>
  );
}

function Excluded() {
  return (
    <Alert color="gray" title="Left out by the patterns of its target">
      It is not scanned any more. What was recorded of it is kept, and it is judged by that when the patterns let it in
      again.
    </Alert>
  );
}

function AcceptButton({ id, children }: { id: number; children: ReactNode }) {
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
        {children}
      </ReasonDialog>
    </>
  );
}
