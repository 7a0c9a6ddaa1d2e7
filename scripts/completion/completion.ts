import { readFileSync } from "node:fs";
import { join } from "node:path";
import { shellCommand } from "../../hosts/shell.js";
import type { HomelabModel } from "../../model/types.js";
import { COMMAND_NAMES } from "../lib/commands.js";

/** The shells that there is a completion for, each with the files that it reads. */
const FILES = { bash: ["completion.bash"], zsh: ["prelude.zsh", "completion.bash"] } as const;
export type Shell = keyof typeof FILES;
export const SHELLS = Object.keys(FILES) as Shell[];

/** What a shell has to read so that it completes. */
export const completionFor = (shell: Shell): string =>
  [
    shellCommand(["declare", `homelab_program=${join(__dirname, "../homelab/homelab.cjs")}`]),
    ...FILES[shell].map((file) => readFileSync(join(__dirname, file), "utf8")),
  ].join("\n");

/** What a command takes, argument by argument; the last goes for all that follow where there may be several. */
const ARGUMENTS: Readonly<Record<string, readonly (keyof Names)[]>> = {
  open: ["services"],
  logs: ["services"],
  restart: ["services"],
  exec: ["services"],
  backup: ["services"],
  backups: ["services"],
  restore: ["services"],
  update: ["services"],
  "remove-service": ["services", "hosts"],
  deploy: ["hosts"],
  adopt: ["hosts", "services"],
  bootstrap: ["hosts"],
  "pin-host-key": ["hosts"],
  forget: ["hosts"],
  rename: ["hosts"],
  move: ["services", "hosts", "hosts"],
};
const SEVERAL: readonly string[] = ["bootstrap", "pin-host-key", "deploy", "backup"];

/** Names in a homelab. */
interface Names {
  readonly hosts: readonly string[];
  /** As HOST/SERVICE where several hosts have one of that name. */
  readonly services: readonly string[];
}

/**
 * What may come next.
 *
 * @param before the words after `homelab` that are there already
 * @param names is asked only where names are wanted
 */
export function wordsAfter(before: readonly string[], names: () => Names): readonly string[] {
  const [command, ...args] = before;
  if (command === undefined) {
    return COMMAND_NAMES;
  }
  const kinds = ARGUMENTS[command] ?? [];
  const kind = kinds[args.length] ?? (SEVERAL.includes(command) ? kinds.at(-1) : undefined);
  return kind === undefined ? [] : names()[kind];
}

/** The names of a homelab. */
export function namesIn({ hosts }: HomelabModel): Names {
  const all = hosts.flatMap(({ name: host, services }) => services.map(({ name }) => ({ host, name })));
  return {
    hosts: hosts.map(({ name }) => name),
    services: all.map(({ host, name }) => (all.filter((it) => it.name === name).length > 1 ? `${host}/${name}` : name)),
  };
}
