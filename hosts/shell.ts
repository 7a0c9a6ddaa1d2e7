/** What a POSIX shell takes for itself wherever it is among the words of a command. */
const PLAIN = /^[A-Za-z0-9_@%+:,./-]+$/;

/**
 * A command line for a POSIX shell, which makes just these words of it: the one way in which words get to a host, whose
 * login shell reads them. Plain words are left as they are, so that a preview can be read.
 *
 * @param note a comment behind it, for commands that differ in nothing else; one line
 * @throws Error for a zero byte, which no argument can have, and for a note of several lines
 */
export function shellCommand(words: readonly string[], note?: string): string {
  if (note !== undefined && !/^[ -~]*$/.test(note)) {
    throw new Error(`"${note}" is no comment of a command`);
  }
  return [...words.map(quoted), ...(note === undefined ? [] : ["#", note])].join(" ");
}

function quoted(word: string): string {
  if (word.includes("\0")) {
    throw new Error(`"${word}" has a zero byte, which no argument of a command can have`);
  }
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
