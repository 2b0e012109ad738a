import type { ReactNode } from "react";
import { Link } from "react-router";
import type { FileRecord } from "../../api/types";
import { type Column, DataTable } from "../../ui/DataTable";
import { LoadedRows } from "../../ui/Loaded";
import { PathText } from "../../ui/PathText";
import { Bytes, When } from "../../ui/values";
import { FileState } from "./FileState";
import { type FileFilter, useFiles } from "./fileQueries";

const COLUMNS: readonly Column<FileRecord>[] = [
  {
    label: "Path",
    cell: (file) => (
      <Link to={`/files/${file.id}`}>
        <PathText path={file.path} max={72} />
      </Link>
    ),
  },
  { label: "State", cell: (file) => <FileState file={file} /> },
  { label: "Target", cell: (file) => <Link to={`/targets/${file.targetId}`}>{file.targetName}</Link> },
  { label: "Size", align: "end", cell: (file) => <Bytes value={file.size} /> },
  { label: "Modified", cell: (file) => <When time={file.mtime} /> },
  { label: "Verified", cell: (file) => <When time={file.verifiedAt} never="never" /> },
];

interface Props {
  filter: FileFilter;
  limit?: number;
  empty: ReactNode;
}

export function FileTable({ filter, limit, empty }: Props) {
  const files = useFiles(filter, limit);
  return (
    <LoadedRows pages={files} what="files" empty={empty}>
      {(rows) => <DataTable caption="Files" columns={COLUMNS} rows={rows} rowKey={(file) => file.id} />}
    </LoadedRows>
  );
}
