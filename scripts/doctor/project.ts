import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LineCounter, parseDocument, visit } from "yaml";
import { loadHomelab } from "../../model/load.js";
import { HomelabError } from "../../model/yaml/problem.js";
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

/** What the sample of the repository has in place of what only its owner knows. */
const PLACEHOLDERS = ["domain.com", "your-github-user", "client-id-of-your-oauth-app"];

/** The declaration: what the check says, and what of the sample was left in it. */
export function declaration(directory: string, stack: string): Diagnosis[] {
  const name = `Pulumi.${stack}.yaml`;
  const path = join(directory, name);
  if (!existsSync(path)) {
    return [lacking("configuration", LACKS.noStackFile(stack))];
  }
  return [...placeholders(name, readFileSync(path, "utf8"), stack), checked(directory, stack)];
}

/** Placeholders that are a value of their own, with their lines. */
export function placeholders(name: string, text: string, stack: string): Diagnosis[] {
  const lines = new LineCounter();
  const found: Diagnosis[] = [];
  visit(parseDocument(text, { lineCounter: lines }), {
    Scalar(_, { value, range }) {
      if (PLACEHOLDERS.some((it) => it === value)) {
        const { line } = lines.linePos(range?.[0] ?? 0);
        found.push(
          ill("configuration", "placeholder", `${name}:${line} still says "${String(value)}"`, {
            prose: "write your own, or answer the questions of it",
            command: commandLine("setup", stack),
          }),
        );
      }
    },
  });
  return found;
}

function checked(directory: string, stack: string): Diagnosis {
  try {
    const { hosts } = loadHomelab(stack, declarationDirectories(directory));
    return well("declaration", `${hosts.length} ${hosts.length === 1 ? "host" : "hosts"}, no mistakes`);
  } catch (error) {
    if (!(error instanceof HomelabError)) {
      throw error;
    }
    const count = error.problems.length;
    return ill("declaration", "problems", count === 1 ? "it has a mistake" : `it has ${count} mistakes`, {
      command: commandLine("check", stack),
    });
  }
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
