import { Command, Option } from "commander";
import { HomelabError } from "../../model/yaml/problem.js";

/** A command of this project's own, with the stack that it is about. */
export function stackCommand(name: string, description: string): Command {
  return new Command(`npm run ${name} --`)
    .description(description)
    .addOption(new Option("--stack <name>", "stack, whose configuration is Pulumi.NAME.yaml").default(STACK));
}

/** The stack that commands are about unless they are told another. */
const STACK = "homelab";

/** The command that takes a host out of the state. */
export const forgetCommand = (host: string, stack: string): string =>
  `npm run forget -- ${host}${stack === STACK ? "" : ` --stack ${stack}`}`;

/** Something that the user can set right; shown as it is. */
export class UserError extends Error {}

/** Runs a command to its end; what the user did wrong is shown without a stack trace. */
export async function runCommand(command: Command): Promise<void> {
  try {
    await command.parseAsync();
  } catch (error) {
    if (!(error instanceof UserError || error instanceof HomelabError)) {
      throw error;
    }
    console.error(error.message);
    process.exitCode = 1;
  }
}
