import { basename } from "node:path";
import { Command, Option } from "commander";
import { commandLine, DEFAULT_STACK } from "../../model/command-line.js";
import { HomelabError } from "../../model/yaml/problem.js";
import { projectDirectory, stacksOf } from "./project.js";

/** A command of this project's own, with the stack that it is about. */
export function stackCommand(name: string, description: string): Command {
  return ownCommand(name, description)
    .addOption(
      new Option(
        "--stack <name>",
        `stack, whose configuration is Pulumi.NAME.yaml (default: "${DEFAULT_STACK}", or the only one)`,
      ),
    )
    .hook("preAction", (_, command) => {
      if (command.getOptionValue("stack") === undefined) {
        command.setOptionValue("stack", stackOfProject(projectDirectory()));
      }
    });
}

/** A command that is about no stack. Its help calls it as the user did: by npm, or as `npx homelab NAME`. */
export const ownCommand = (name: string, description: string): Command =>
  new Command(
    /^homelab(\.cjs)?$/.test(basename(process.argv[1] ?? "")) ? `npx homelab ${name}` : `npm run ${name} --`,
  ).description(description);

/**
 * The stack that a command means which names none: the only one of the project, or the one called `homelab`.
 *
 * @throws UserError if there are several and none is called so
 */
export function stackOfProject(directory: string): string {
  const names = stacksOf(directory);
  const [only = DEFAULT_STACK, ...others] = names;
  if (others.length === 0 || names.includes(DEFAULT_STACK)) {
    return others.length === 0 ? only : DEFAULT_STACK;
  }
  throw new UserError(`This project has several stacks: name one by --stack ${names.join(", --stack ")}.`);
}

/** The command that takes a host out of the state. */
export const forgetCommand = (host: string, stack: string): string => commandLine("forget", stack, host);

/** Examples below the help of a command: what one types, and what it does. */
export const examples = (...lines: readonly (readonly [command: string, does: string])[]): string => {
  const width = Math.max(...lines.map(([command]) => command.length));
  return ["", "Examples:", ...lines.map(([command, does]) => `  ${command.padEnd(width)}  ${does}`)].join("\n");
};

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
