import type { FileRecord } from "../../api/types";
import { WordBadge } from "../../ui/Badge";

/** How a file stands; out of reach, also how it stood, unless it was simply there. */
export function FileState({ file }: { file: FileRecord }) {
  const before = file.lastKnownState;
  return (
    <>
      <WordBadge word={file.state} />
      {before && before !== "present" && (
        <>
          , was <WordBadge word={before} />
        </>
      )}
    </>
  );
}
