import { examples, runCommand, stackCommand } from "../lib/command.js";
import { projectDirectory } from "../lib/project.js";
import { PulumiStack } from "../lib/pulumi-stack.js";
import { assertStale, describeLock, locksOf } from "./unlock.js";

interface Options {
  readonly stack: string;
  readonly yes: boolean;
}

/** Removes the locks of a stack whose processes are gone. */
async function unlock({ stack: name, yes }: Options): Promise<void> {
  const stack = new PulumiStack(projectDirectory(), name);
  await stack.select(); // says what is missing, if anything is
  const holders = await locksOf(stack);
  if (holders.length === 0) {
    console.log(`The stack ${name} is not locked.`);
    return;
  }
  console.log(holders.map((holder) => `locked by ${describeLock(holder)}`).join("\n"));
  assertStale(holders, { stack: name, yes });
  await stack.must(["cancel", "--yes"]);
  console.log("Released. Deploy again to continue where the other one stopped.");
}

void runCommand(
  stackCommand("unlock", "Show who locked the stack, and release the lock where that process is gone.")
    .option("--yes", "a process on another machine is gone", false)
    .addHelpText("after", examples(["npm run unlock", "after a deployment that was killed"]))
    .action(unlock),
);
