/** What the owner can do about something: what to write or do in words, a command to run, or the words for a command. */
export type Remedy =
  { readonly prose: string; readonly command?: never } | { readonly command: string; readonly prose?: string };

/** The only place where a remedy becomes text. */
export const remedyText = ({ prose, command }: Remedy): string =>
  command === undefined ? prose : prose === undefined ? `run ${command}` : `${prose}: ${command}`;

/** What is wrong and what to do about it, in one line. */
export const withRemedies = (message: string, remedies: readonly Remedy[]): string =>
  [message, ...(remedies.length === 0 ? [] : [remedies.map(remedyText).join(", or ")])].join(" -> ");
