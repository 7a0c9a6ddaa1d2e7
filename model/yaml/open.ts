import type { ReadFile } from "../types.js";
import { HomelabError } from "./problem.js";
import type { Problem } from "./problem.js";
import { fileProblem, parseSource } from "./source.js";
import type { Source } from "./source.js";

/** Opens a YAML file that must be there; undefined if it cannot be read, in which case there are problems. */
export type OpenFile = (file: string) => Source | undefined;

/** Opens each file once, however many hosts it serves. */
export function opener(read: ReadFile, problems: Problem[]): OpenFile {
  const opened = new Map<string, Source | undefined>();
  return (file) => {
    if (!opened.has(file)) {
      opened.set(file, openSource(file, read, problems));
    }
    return opened.get(file);
  };
}

function openSource(file: string, read: ReadFile, problems: Problem[]): Source | undefined {
  const content = read(file);
  if ("problem" in content) {
    problems.push(fileProblem(file, "unreadable-file", `the file ${content.problem}`));
    return undefined;
  }
  try {
    return parseSource(file, content.text);
  } catch (error) {
    if (error instanceof HomelabError) {
      problems.push(...error.problems);
      return undefined;
    }
    throw error;
  }
}
