/** The stack that commands are about unless they are told another. */
export const DEFAULT_STACK = "homelab";

/** The line that calls a command of this project, with the stack where it has to be named. */
export function commandLine(name: string, stack: string, ...args: readonly string[]): string {
  const all = [...args, ...(stack === DEFAULT_STACK ? [] : ["--stack", stack])];
  return ["npm run", name, ...(all.length === 0 ? [] : ["--", ...all])].join(" ");
}
