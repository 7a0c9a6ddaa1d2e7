import type { ReadFile } from "../types.js";
import { HomelabError } from "./problem.js";
import type { Problem } from "./problem.js";
import { fileProblem, readSource } from "./source.js";
import type { Source } from "./source.js";

/**
 * Opens a YAML file that must be there; undefined if it cannot be read, in which case there are problems.
 *
 * @param refuse the problem of a file that cannot be read, whose reason is as in "is missing"; @default one of the file
 */
export type OpenFile = (file: string, refuse?: (reason: string) => Problem) => Source | undefined;

/** Opens each file once, however many hosts it serves; each of them is told that it cannot be read. */
export function opener(read: ReadFile, problems: Problem[]): OpenFile {
  const opened = new Map<string, Source | undefined>();
  return (file, refuse = (reason) => fileProblem(file, "unreadable-file", `the file ${reason}`)) => {
    if (opened.has(file)) {
      return opened.get(file);
    }
    const content = read(file);
    if ("problem" in content) {
      problems.push(refuse(content.problem));
      return undefined;
    }
    const source = parse(file, content.text, problems);
    opened.set(file, source);
    return source;
  };
}

function parse(file: string, text: string, problems: Problem[]): Source | undefined {
  try {
    const { source, flaws } = readSource(file, text);
    problems.push(...flaws);
    return source;
  } catch (error) {
    if (error instanceof HomelabError) {
      problems.push(...error.problems);
      return undefined;
    }
    throw error;
  }
}
