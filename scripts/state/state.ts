import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { commandLine } from "../../model/command-line.js";
import { backendOf, setBackend, stateFolder } from "../lib/backend.js";
import { UserError } from "../lib/command.js";
import { PulumiStack } from "../lib/pulumi-stack.js";
import { counted } from "../lib/quantity.js";

/** A state is for its owner alone, although its secrets are encrypted. */
const PRIVATE = 0o600;
const PRIVATE_FOLDER = 0o700;

/**
 * Writes a copy of the state to a file. Its secrets stay encrypted.
 *
 * @returns what was done, in a sentence
 * @throws UserError if the file is there already
 */
export async function backUp(stack: PulumiStack, file: string): Promise<string> {
  if (existsSync(file)) {
    throw new UserError(`${file} is there already -> name another file`);
  }
  await writeFile(file, await stack.exportState(), { mode: PRIVATE, flag: "wx" });
  return `Written: ${file}, ${counted((await stack.resources()).length, "resource")}. It opens with the passphrase of today.`;
}

/**
 * Puts a copy of the state in the place of the one that is there.
 *
 * @param force also where there is one
 * @returns what was done, in a sentence
 * @throws UserError if there is one, if the file cannot be read, or if the engine rejects it
 */
export async function restore(stack: PulumiStack, file: string, force: boolean): Promise<string> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new UserError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  await stack.selectOrCreate();
  if (!force && !(await stack.isEmpty())) {
    const command = commandLine("state", stack.name, "restore", file, "--force");
    throw new UserError(
      `The stack "${stack.name}" has a state, and what was deployed since that copy would be forgotten -> if that is right: ${command}`,
    );
  }
  await stack.importState(text);
  return `Restored: ${counted((await stack.resources()).length, "resource")}. npm run preview shows how the hosts differ from it.`;
}

/**
 * Moves the state to another store: copies it, compares, and has Pulumi.yaml name the new one. The former copy stays.
 *
 * @param url of the store, as Pulumi has it: s3://bucket, file://folder, …
 * @returns what was done, and what is left to do
 * @throws UserError if a state is there already, or the engine cannot reach it
 */
export async function moveTo(stack: PulumiStack, url: string): Promise<string> {
  const { directory, name, env } = stack;
  const former = backendOf(directory, { ...process.env, ...env });
  const folder = stateFolder(url, directory);
  if (folder !== undefined) {
    await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER });
  }
  const there = new PulumiStack(directory, name, { ...env, PULUMI_BACKEND_URL: url });
  if ((await there.exists()) && !(await there.isEmpty())) {
    throw new UserError(`${url} has a state of the stack "${name}" -> name another place, or remove that one first`);
  }
  const text = await stack.exportState();
  await there.selectOrCreate();
  await there.importState(text);
  const [before, after] = await Promise.all([stack.resources(), there.resources()]);
  if (before.map(({ urn }) => urn).join("\n") !== after.map(({ urn }) => urn).join("\n")) {
    throw new UserError(
      `${url} has not taken the whole state. Nothing else was changed, and the former one is in use.`,
    );
  }
  const copied = `Copied: ${counted(after.length, "resource")} to ${url}.`;
  const stays = `The former state at ${former?.url ?? "its place"} stays until you remove it.`;
  if (former?.from === "environment") {
    return `${copied} ${stays}\n-> export PULUMI_BACKEND_URL=${url}`;
  }
  await setBackend(directory, url);
  return `${copied} Pulumi.yaml names it from now on. ${stays}`;
}
