import { existsSync } from "node:fs";
import { join } from "node:path";
import { loadHomelab } from "../../model/load.js";
import { HomelabError } from "../../model/yaml/problem.js";
import type { Problem } from "../../model/yaml/problem.js";
import { backendOf } from "../lib/backend.js";
import { commandLine } from "../../model/command-line.js";
import { UserError } from "../lib/command.js";
import { LACKS } from "../lib/lacks.js";
import { needsPassphrase } from "../lib/lack-of-stack.js";
import { passphraseFile, passphraseFor } from "../lib/passphrase.js";
import { declarationDirectories } from "../lib/project.js";
import { PulumiStack } from "../lib/pulumi-stack.js";
import { ill, lacking, well } from "./finding.js";
import type { Diagnosis } from "./finding.js";

/** The declaration: what the check says, and what of the sample was left in it. */
export function declaration(directory: string, stack: string): Diagnosis[] {
  const name = `Pulumi.${stack}.yaml`;
  const path = join(directory, name);
  if (!existsSync(path)) {
    return [lacking("configuration", LACKS.noStackFile(stack))];
  }
  try {
    const { hosts } = loadHomelab(stack, declarationDirectories(directory));
    return [well("declaration", `${hosts.length} ${hosts.length === 1 ? "host" : "hosts"}, no mistakes`)];
  } catch (error) {
    if (!(error instanceof HomelabError)) {
      throw error;
    }
    return mistakes(error.problems, stack);
  }
}

/** What is left of the sample, each with its line, and how many other mistakes there are. */
function mistakes(problems: readonly Problem[], stack: string): Diagnosis[] {
  const placeholders = problems.filter(({ code }) => code === "placeholder");
  const others = problems.length - placeholders.length;
  return [
    ...placeholders.map(({ file, line, message, remedies: [remedy] }) =>
      ill(
        "configuration",
        "placeholder",
        `${file}:${line} ${message}`,
        remedy ?? { command: commandLine("setup", stack) },
      ),
    ),
    ...(others === 0
      ? []
      : [
          ill("declaration", "problems", others === 1 ? "it has a mistake" : `it has ${others} mistakes`, {
            command: commandLine("check", stack),
          }),
        ]),
  ];
}

/** Where the state is, whether its secrets can be opened, and whether the stack is there. */
export async function state(directory: string, name: string): Promise<Diagnosis[]> {
  const stack = new PulumiStack(directory, name);
  const { lack } = stack;
  const backend = backendOf(directory, process.env);
  const place = lack?.code === "no-backend" || lack?.code === "no-state-folder";
  const first =
    place || backend === undefined ? lacking("state", lack ?? LACKS.noBackend(name)) : well("state", backend.url);
  const needed = needsPassphrase(directory, name, backend?.url ?? "");
  const file = passphraseFile(name);
  if (needed && passphraseFor(name, process.env) === undefined) {
    return [first, lacking("passphrase", LACKS.noPassphrase(name, file))];
  }
  if (place) {
    return [first, well("passphrase", "there")];
  }
  return [first, ...(await opened(stack))];
}

async function opened(stack: PulumiStack): Promise<Diagnosis[]> {
  try {
    if (!(await stack.exists())) {
      return [lacking("stack", LACKS.noStack(stack.name))];
    }
    const { exitCode } = await stack.run(["config", "--show-secrets", "--json"]);
    const right = well("passphrase", "opens the secrets");
    return [
      well("stack", `"${stack.name}" is there`),
      exitCode === 0 ? right : lacking("passphrase", LACKS.wrongPassphrase(stack.name)),
    ];
  } catch (error) {
    if (!(error instanceof UserError)) {
      throw error;
    }
    const [words = ""] = error.message.split("\n");
    return [ill("stack", "engine-failed", words.replace(/\.$/, ""), { command: "npx pulumi stack ls" })];
  }
}
