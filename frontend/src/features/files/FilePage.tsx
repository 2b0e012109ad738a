import { Link, useParams } from "react-router";
import type { FileRecord } from "../../api/types";
import { Checksum } from "../../ui/Checksum";
import { Facts } from "../../ui/Facts";
import { formatCount, UNKNOWN } from "../../ui/format";
import { Loaded, LoadedRows } from "../../ui/Loaded";
import { PageHeader } from "../../ui/PageHeader";
import { Panel } from "../../ui/Panel";
import { PathText } from "../../ui/PathText";
import { textOf, tokensOf } from "../../ui/pathTokens";
import { EmptyState } from "../../ui/states";
import { Bytes, When } from "../../ui/values";
import { ChangeItem } from "../changes/ChangeItem";
import { FileState } from "./FileState";
import { FileVerdict } from "./FileVerdict";
import { useFile, useFileHistory } from "./fileQueries";

/** One file: what it should be, what it is, and its life so far. */
export function FilePage() {
  const file = useFile(Number(useParams().fileId));
  return (
    <Loaded query={file} what="the file">
      {(loaded) => (
        <>
          <PageHeader title={<PathText path={nameOf(loaded.path)} />} tab={textOf(tokensOf(nameOf(loaded.path)))} />
          <FileVerdict file={loaded} />
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

function FileFacts({ file }: { file: FileRecord }) {
  return (
    <Facts
      facts={[
        [
          "State",
          <span key="state">
            <FileState file={file} /> since <When time={file.stateSince} />
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
        file.links === null ? undefined : ["Names (hard links)", formatCount(file.links)],
        ["Checksum", <Checksum key="checksum" value={file.checksum} algorithm={file.algorithm} />],
        file.previousChecksum === null
          ? undefined
          : [
              "Before the change of algorithm",
              <Checksum key="previous" value={file.previousChecksum} algorithm={file.previousAlgorithm} />,
            ],
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
