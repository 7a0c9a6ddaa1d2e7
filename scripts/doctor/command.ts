import { projectDirectory } from "../lib/project.js";
import { examples, runCommand, stackCommand } from "../lib/command.js";
import { StackFile } from "../lib/stack-file.js";
import { describe } from "./finding.js";
import { hosts } from "./hosts.js";
import { agent, engine, node, plugins } from "./machine.js";
import { declaration, state } from "./project.js";

interface Options {
  readonly stack: string;
  readonly json: boolean;
}

/** Looks at all that a deployment needs, and changes nothing. */
async function doctor({ stack, json }: Options): Promise<void> {
  const directory = projectDirectory();
  const file = StackFile.find(directory, stack);
  const found = [
    node(),
    await agent(),
    engine(process.env),
    plugins(process.env),
    ...(await state(directory, stack)),
    ...declaration(directory, stack),
    ...(file === undefined ? [] : await hosts(file, stack)),
  ];
  console.log(json ? JSON.stringify({ found }, null, 2) : describe(found));
  process.exitCode = found.every(({ ok }) => ok) ? 0 : 1;
}

void runCommand(
  stackCommand(
    "doctor",
    "Check everything that a deployment needs, and name the command that fixes what is wrong: exit 1.",
  )
    .option("--json", "print JSON", false)
    .addHelpText("after", examples(["npm run doctor", "a line for each thing, ✓ or ✗"]))
    .action(doctor),
);
