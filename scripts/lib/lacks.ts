import type { Remedy } from "../../model/yaml/remedy.js";
import { remedyText } from "../../model/yaml/remedy.js";
import { commandLine } from "../../model/command-line.js";
import { UserError } from "./command.js";

/** Something that has to be there before a command can do its work. */
export interface Lack {
  readonly code:
    | "no-stack-file"
    | "no-backend"
    | "no-state-folder"
    | "no-passphrase"
    | "no-stack"
    | "no-engine"
    | "wrong-passphrase"
    | "damaged-state"
    | "engine-failed";
  /** What is missing, in a sentence without its full stop. */
  readonly words: string;
  readonly remedy: Remedy;
}

/** Every command names the same lack by the same sentence and the same command: the one place that has them. */
export const LACKS = {
  noStackFile: (stack: string): Lack => ({
    code: "no-stack-file",
    words: `Pulumi.${stack}.yaml, which declares the homelab, is missing`,
    remedy: { command: setupOf(stack) },
  }),
  noBackend: (stack: string): Lack => ({
    code: "no-backend",
    words: "Pulumi does not know where to keep its state",
    remedy: { command: setupOf(stack) },
  }),
  noStateFolder: (folder: string): Lack => ({
    code: "no-state-folder",
    words: `The folder of Pulumi's state is missing: ${folder}`,
    remedy: { prose: "mount or restore it; to begin with an empty one", command: `mkdir -p ${folder}` },
  }),
  noPassphrase: (stack: string, file: string): Lack => ({
    code: "no-passphrase",
    words: `The passphrase of the stack "${stack}" is missing: there is no ${file}, and PULUMI_CONFIG_PASSPHRASE_FILE names no other file`,
    remedy: { command: setupOf(stack) },
  }),
  noStack: (stack: string): Lack => ({
    code: "no-stack",
    words: `There is no stack "${stack}" yet where Pulumi keeps its state`,
    remedy: { command: setupOf(stack) },
  }),
  wrongPassphrase: (stack: string): Lack => ({
    code: "wrong-passphrase",
    words: `The passphrase does not open the secrets of the stack "${stack}"`,
    remedy: { prose: "name the file with the right one", command: "export PULUMI_CONFIG_PASSPHRASE_FILE=FILE" },
  }),
  noEngine: (version: string, folder: string): Lack => ({
    code: "no-engine",
    words: `Pulumi's engine ${version} is not in ${folder} and cannot be downloaded`,
    remedy: { prose: "connect this machine to the internet, then", command: "npx pulumi version" },
  }),
  damagedState: (file: string): Lack => ({
    code: "damaged-state",
    words: `Pulumi's state is damaged: ${file} is cut off`,
    remedy: { prose: "restore what the engine kept before its last write", command: `cp ${file}.bak ${file}` },
  }),
  engineFailed: (output: string): Lack => ({
    code: "engine-failed",
    words: `Pulumi failed: ${reasonIn(output)}`,
    remedy: { command: "npm run doctor" },
  }),
} as const;

/** What the engine gives as the reason, among all that it printed. */
const reasonIn = (output: string): string => /error: (.*)/.exec(output)?.[1] ?? output.trim();

const setupOf = (stack: string): string => commandLine("setup", stack);

/** A lack as every command reports it. @param others what else the user may do */
export const lackError = ({ words, remedy }: Pick<Lack, "words" | "remedy">, ...others: readonly Remedy[]): UserError =>
  new UserError(
    [
      `${words.charAt(0).toUpperCase()}${words.slice(1)}.`,
      remedyText(remedy),
      ...others.map((it) => `or ${remedyText(it)}`),
    ].join("\n-> "),
  );
