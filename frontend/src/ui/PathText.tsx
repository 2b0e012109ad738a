import styles from "./PathText.module.css";
import { type PathToken, shorten, textOf, tokensOf } from "./pathTokens";

interface Props {
  path: string;
  /** Characters to show at most; the whole path is in the title. */
  max?: number;
}

/** A path as evidence: a file's name is hostile input, so nothing in it may act on the page or on the reader's eye. */
export function PathText({ path, max = 96 }: Props) {
  const tokens = tokensOf(path);
  return (
    <span className={styles.path} dir="ltr" title={textOf(tokens)}>
      {runsOf(shorten(tokens, max)).map((run, index) =>
        run.escaped ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one string have no other identity
          <span key={index} className={styles.escape}>
            {run.text}
          </span>
        ) : (
          run.text
        ),
      )}
    </span>
  );
}

/** Neighbours of one kind together, so that a plain path is a single text. */
function runsOf(tokens: PathToken[]): PathToken[] {
  const runs: PathToken[] = [];
  for (const token of tokens) {
    const last = runs.at(-1);
    if (last && last.escaped === token.escaped) {
      last.text += token.text;
    } else {
      runs.push({ ...token });
    }
  }
  return runs;
}
