import { confirmKey, fetchKey } from "./host-keys.js";
import { projectDirectory } from "../lib/project.js";
import { runCommand, stackCommand } from "../lib/command.js";
import { StackFile } from "../lib/stack-file.js";

interface Options {
  readonly stack: string;
  readonly yes: boolean;
}

/** Fetches the Ed25519 host keys of hosts, shows them, and writes them into the stack's configuration. */
async function pinHostKeys(names: readonly string[], { stack, yes }: Options): Promise<void> {
  const file = StackFile.read(projectDirectory(), stack);
  for (const host of names.map((name) => file.host(name))) {
    const key = await fetchKey(host);
    if (await confirmKey(host, key, { first: yes, changed: yes })) {
      file.pin(host.name, key);
    } else {
      console.log(`${host.name}: the key that is pinned already`);
    }
  }
  await file.save();
}

void runCommand(
  stackCommand("pin-host-key", "Pin the SSH host keys of hosts in the stack's configuration.")
    .argument("<host...>", "names of hosts")
    .option("--yes", "do not ask", false)
    .action(pinHostKeys),
);
