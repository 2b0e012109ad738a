/** One shown piece of a path: a character, or the escape of one that must not act. */
export interface PathToken {
  text: string;
  escaped: boolean;
}

/**
 * Characters that could hide, reorder or break what is around them: controls, format characters (among them the
 * bidirectional overrides and zero-width ones), separators other than the plain space, lone surrogates, unassigned.
 */
const ACTING = /[\p{Cc}\p{Cf}\p{Cs}\p{Cn}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;

/**
 * The path character by character, with everything that acts replaced by `\u{…}`. The server doubles every real
 * backslash, so what looks like an escape is one.
 */
export function tokensOf(path: string): PathToken[] {
  return Array.from(path, (char) =>
    ACTING.test(char)
      ? { text: `\\u{${(char.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`, escaped: true }
      : { text: char, escaped: false },
  );
}

const GAP: PathToken = { text: "…", escaped: false };

/** At most `max` characters of it, cut in the middle; the file's name outlives its folders. */
export function shorten(tokens: PathToken[], max: number): PathToken[] {
  if (tokens.length <= max) {
    return tokens;
  }

  const nameLength = tokens.length - 1 - tokens.findLastIndex((token) => token.text === "/");
  const room = max - 1;
  const tail = Math.min(Math.max(nameLength + 1, Math.floor(room / 2)), Math.floor(room * 0.8));
  return [...tokens.slice(0, room - tail), GAP, ...tokens.slice(tokens.length - tail)];
}

export function textOf(tokens: PathToken[]): string {
  return tokens.map((token) => token.text).join("");
}
