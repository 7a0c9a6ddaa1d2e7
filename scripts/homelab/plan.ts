import { join } from "node:path";
import { scripts } from "../../package.json";
import { remedyText } from "../../model/yaml/remedy.js";
import { suggest } from "../../model/yaml/suggest.js";
import { UserError } from "../lib/command.js";
import { PROGRAM } from "../lib/project.js";

/** Runs a file of this program. */
const RUNNER = "scripts/run.cjs";

/** How a command is run: a file of this program, or another program with its arguments. */
export type Plan = { readonly file: string } | { readonly program: string; readonly args: readonly string[] };

/**
 * How the command is run that the user named, by what npm would run.
 *
 * @throws UserError if there is none of that name
 */
export function planOf(name: string): Plan {
  const [, script] = Object.entries(scripts).find(([it]) => it === name) ?? [];
  if (script === undefined) {
    throw new UserError(`There is no command "${name}": ${remedyText(suggest(name, Object.keys(scripts)))}`);
  }
  const [program = "", ...args] = script.split(" ");
  const [runner, file] = args;
  return runner === RUNNER && file !== undefined ? { file: join(PROGRAM, file) } : { program, args };
}
