import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { confirmKey, fetchKey, hostsIn, pin } from "./host-keys.js";
import { keepLayout } from "../lib/keep-layout.js";
import { projectDirectory } from "../lib/project.js";
import { runCommand, stackCommand } from "../lib/command.js";

interface Options {
  readonly stack: string;
  readonly yes: boolean;
}

/** Fetches the Ed25519 host keys of hosts, shows them, and writes them into the stack's configuration. */
async function pinHostKeys(names: readonly string[], { stack, yes }: Options): Promise<void> {
  const name = `Pulumi.${stack}.yaml`;
  const file = join(projectDirectory(), name);
  const text = await readFile(file, "utf8");
  const document = parseDocument(text);
  for (const host of hostsIn(document, name, names)) {
    const key = await fetchKey(host);
    if (await confirmKey(host, key, { first: yes, changed: yes })) {
      pin(document, host.name, key);
    } else {
      console.log(`${host.name}: the key that is pinned already`);
    }
  }
  await writeFile(file, keepLayout(text, document));
}

void runCommand(
  stackCommand("pin-host-key", "Pin the SSH host keys of hosts in the stack's configuration.")
    .argument("<host...>", "names of hosts")
    .option("--yes", "do not ask", false)
    .action(pinHostKeys),
);
