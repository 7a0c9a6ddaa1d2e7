import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { existsSync } from "node:fs";
import { readFrom } from "../../model/load.js";
import { commandLine } from "../../model/command-line.js";
import { examples, runCommand, stackCommand } from "../lib/command.js";
import { declarationDirectories, projectDirectory } from "../lib/project.js";
import { PulumiStack } from "../lib/pulumi-stack.js";
import { StackFile } from "../lib/stack-file.js";
import { withRenamedHost } from "../lib/state-edit.js";
import { counted } from "../lib/quantity.js";
import { assertUnlocked } from "../unlock/unlock.js";
import { renamedFiles, resourcesToRename } from "./rename.js";
import type { Renaming } from "./rename.js";

/** Gives a host another name, in the declaration and in the state. Nothing is done on the host. */
async function rename(from: string, to: string, { stack: name }: { readonly stack: string }): Promise<void> {
  const directory = projectDirectory();
  const directories = declarationDirectories(directory);
  const renaming = { from, to };
  const { hosts } = StackFile.read(directory, name);
  const files = renamedFiles(name, readFrom(directories), hosts, renaming);
  const stack = new PulumiStack(directory, name);
  const count = resourcesToRename(await stack.resources(), renaming);
  await assertUnlocked(stack);
  // First what the owner can read: broken off after it, the check says that the state is still to come.
  for (const [file, text] of files) {
    await writeFile(pathOf(file, directories), text);
    console.log(`${file}: ${from} is now ${to}`);
  }
  await renameInState(stack, renaming, count);
  console.log(
    files.size + count === 0
      ? `${to} has that name already, in the declaration and in the state.`
      : `Next: ${commandLine("deploy", name)}, which tells the host its name and recreates nothing but what carries it.`,
  );
}

async function renameInState(stack: PulumiStack, { from, to }: Renaming, count: number): Promise<void> {
  if (count > 0) {
    await stack.importState(withRenamedHost(await stack.exportState(), from, to));
    console.log(`state: ${counted(count, "resource")} of ${from} belong to ${to}`);
  }
}

/** Where a file of the declaration is, which may lie in the project or in this program. */
const pathOf = (file: string, directories: readonly string[]): string =>
  directories.map((it) => join(it, file)).find((it) => existsSync(it)) ?? file;

void runCommand(
  stackCommand("rename", "Give a host another name, in the declaration and in the state; what runs on it goes on.")
    .argument("<host>", "its present name")
    .argument("<name>", "its new name")
    .addHelpText("after", examples(["npm run rename -- pi5 nas1", "then: npm run deploy"]))
    .action(rename),
);
