import { resolve } from "node:path";
import { Argument } from "commander";
import { examples, runCommand, stackCommand } from "../lib/command.js";
import { calledFrom, projectDirectory } from "../lib/project.js";
import { PulumiStack } from "../lib/pulumi-stack.js";
import { backUp, moveTo, restore } from "./state.js";

interface Options {
  readonly stack: string;
  readonly force: boolean;
}

const ACTIONS: Readonly<Record<string, (stack: PulumiStack, where: string, force: boolean) => Promise<string>>> = {
  backup: (stack, where) => backUp(stack, resolve(calledFrom(), where)),
  restore: (stack, where, force) => restore(stack, resolve(calledFrom(), where), force),
  move: (stack, where) => moveTo(stack, where),
};

async function state(action: string, where: string, { stack, force }: Options): Promise<void> {
  console.log(await ACTIONS[action]?.(new PulumiStack(projectDirectory(), stack), where, force));
}

void runCommand(
  stackCommand("state", "Copy the engine's state to a file and back, or move it to another store.")
    .addArgument(new Argument("<action>", "what to do").choices(Object.keys(ACTIONS)))
    .argument("<where>", "a file; for move the address of a store, as Pulumi has it")
    .option("--force", "restore also where there is a state", false)
    .addHelpText(
      "after",
      examples(
        ["npm run state -- backup homelab-state.json", "a copy, with its secrets encrypted"],
        ["npm run state -- restore homelab-state.json", "where there is no state"],
        ["npm run state -- move s3://my-homelab", "to a bucket, which Pulumi.yaml names from then on"],
      ),
    )
    .action(state),
);
