/** Words that a POSIX shell interprets at any place of a command. */
const PLAIN = /^[A-Za-z0-9_@%+:,./-]+$/;

/**
 * A command line that a POSIX shell splits into exactly these words. All words reach a host this way, since its login
 * shell reads them. Plain words stay unquoted, so that a preview is readable.
 *
 * @param note a comment at the end, to tell apart commands that are otherwise equal; one line
 * @throws Error for a zero byte, which no argument can contain, and for a note of several lines
 */
export function shellCommand(words: readonly string[], note?: string): string {
  if (note !== undefined && !/^[ -~]*$/.test(note)) {
    throw new Error(`"${note}" cannot be the comment of a command`);
  }
  return [...words.map(quoted), ...(note === undefined ? [] : ["#", note])].join(" ");
}

function quoted(word: string): string {
  if (word.includes("\0")) {
    throw new Error(`"${word}" has a zero byte, which no argument of a command can contain`);
  }
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
