import { Group } from "@mantine/core";
import { Link } from "react-router";
import type { Target } from "../../api/types";
import { Badge } from "../../ui/Badge";
import { formatCount, formatPlural, UNKNOWN } from "../../ui/format";

/** How many files of a target need somebody, each kind leading to them. */
export function TargetCount({ target }: { target: Target }) {
  const { id, filesCorrupted, filesTampered, filesUnreadable, unknownRanges } = target;
  if (filesCorrupted === null || filesTampered === null || filesUnreadable === null) {
    return UNKNOWN;
  }
  if (filesCorrupted === 0 && filesTampered === 0 && filesUnreadable === 0 && unknownRanges === 0) {
    return "nothing";
  }
  return (
    <Group gap={4}>
      {filesCorrupted > 0 && (
        <Link to={`/files?target=${id}&state=corrupted`}>
          <Badge tone="bad" sign="✕">{`${formatCount(filesCorrupted)} corrupted`}</Badge>
        </Link>
      )}
      {filesTampered > 0 && (
        <Link to={`/files?target=${id}&state=tampered`}>
          <Badge tone="bad" sign="≠">{`${formatCount(filesTampered)} tampered`}</Badge>
        </Link>
      )}
      {filesUnreadable > 0 && (
        <Link to={`/files?target=${id}&state=unreadable`}>
          <Badge tone="warn" sign="!">{`${formatCount(filesUnreadable)} unreadable`}</Badge>
        </Link>
      )}
      {unknownRanges > 0 && (
        <Link to={`/files?target=${id}&state=unknown`}>
          <Badge tone="quiet" sign="?">{`${formatPlural(unknownRanges, "folder")} unknown`}</Badge>
        </Link>
      )}
    </Group>
  );
}
