import { streamOn } from "../../hosts/stream.js";
import { allSets, findSets } from "../lib/backup-sets.js";
import { examples, runCommand, stackCommand, UserError } from "../lib/command.js";
import { declaredHomelab } from "../lib/declaration.js";
import { toTerminal } from "../lib/terminal.js";
import { copyNow } from "./backup.js";

/** Has hosts copy now what they copy each night. */
async function backup(written: readonly string[], { stack }: { stack: string }): Promise<void> {
  const homelab = declaredHomelab(stack);
  const named = written.flatMap((name) => findSets(homelab, name));
  const chosen = named.length === 0 ? allSets(homelab) : [...new Map(named.map((it) => [it.set, it])).values()];
  const failed = await copyNow(chosen, {
    run: streamOn,
    say: (line, to) => {
      toTerminal(`${line}\n`, to);
    },
  });
  if (failed.length > 0) {
    throw new UserError(`Not everything was copied on ${failed.map(({ name }) => name).join(", ")}.`);
  }
}

void runCommand(
  stackCommand("backup", "Copy now what the hosts copy each night: everything, or what you name.")
    .argument("[what...]", "HOST, or HOST/NAME of a service or a share")
    .addHelpText(
      "after",
      examples(
        ["npm run backup", "everything, on all hosts at once"],
        ["npm run backup -- jellyfin/jellyfin pi5", "one service, and all of a host"],
      ),
    )
    .action(backup),
);
