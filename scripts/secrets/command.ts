import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Option } from "commander";
import { BACKUP_PASSWORD } from "../../model/config/backups.js";
import { declaredHomelab, declaredParts } from "../lib/declaration.js";
import type { Declared } from "../../model/services/declared.js";
import { hidden } from "../lib/ask.js";
import { examples, runCommand, stackCommand, UserError } from "../lib/command.js";
import { calledFrom, declarationDirectories, projectDirectory } from "../lib/project.js";
import { PulumiStack } from "../lib/pulumi-stack.js";
import { StackFile } from "../lib/stack-file.js";
import { secretCalled } from "./called.js";
import { importSecrets } from "./import.js";
import { rotateSecret } from "./rotate.js";
import { describeSecrets, makeMissingSecrets } from "./secrets.js";

/** Exit code when the owner still has to supply some. */
const INCOMPLETE = 2;

interface Options {
  readonly stack: string;
  readonly show?: string;
  readonly rotate?: string;
  readonly import?: string;
}

async function secrets({ stack: name, show, rotate, import: file }: Options): Promise<void> {
  const project = projectDirectory();
  const directories = declarationDirectories(project);
  const stack = new PulumiStack(project, name);
  const declared = (): Declared => declaredParts(name, directories);
  if (show !== undefined) {
    console.log(await valueOf(show, stack));
  } else if (rotate !== undefined) {
    const { hosts } = declaredHomelab(name, directories);
    console.log(await rotateSecret(rotate, { stack, declared: declared(), hosts, ask: hidden }));
  } else if (file !== undefined) {
    console.log(await importSecrets(await textOf(file), stack, declared()));
  } else {
    const report = await makeMissingSecrets(stack, directories);
    console.log(describeSecrets(name, report));
    if (process.stdout.isTTY && report.made.some(({ name: made }) => made === BACKUP_PASSWORD)) {
      console.log(`${BACKUP_PASSWORD}: ${await stack.getSecret(BACKUP_PASSWORD)}`);
    }
    process.exitCode = report.missing.length > 0 ? INCOMPLETE : 0;
  }
}

/** @throws UserError if it is not set */
async function valueOf(secret: string, stack: PulumiStack): Promise<string> {
  const set = StackFile.read(stack.directory, stack.name).secrets;
  return stack.getSecret(secretCalled(secret, set, "There is no secret"));
}

/** @throws UserError if it cannot be read */
const textOf = (file: string): Promise<string> =>
  readFile(resolve(calledFrom(), file), "utf8").catch((error: unknown) => {
    throw new UserError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });

void runCommand(
  stackCommand("secrets", "Make every random secret that is missing; say which ones only you can supply.")
    .addOption(new Option("--show <name>", "print the value of one, and nothing else").conflicts(["rotate", "import"]))
    .addOption(
      new Option("--rotate <name>", "give one a new value, in the database that keeps it, too").conflicts("import"),
    )
    .option("--import <file>", "set those that a file with lines of NAME=VALUE has")
    .addHelpText(
      "after",
      examples(
        ["npm run secrets", "make what is missing"],
        ["npm run --silent secrets -- --show PORTAINER_ADMIN_PASSWORD", "to log in"],
        ["npm run secrets -- --rotate POSTGRES_PASSWORD", "then npm run deploy"],
        ["npm run secrets -- --import .env", "from a project of Compose's"],
      ),
    )
    .action(secrets),
);
