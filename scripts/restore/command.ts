import { streamOn } from "../../hosts/stream.js";
import { confirmed } from "../lib/ask.js";
import { findSet, placeOfSet } from "../lib/backup-sets.js";
import { examples, runCommand, stackCommand, UserError } from "../lib/command.js";
import { declaredHomelab } from "../lib/declaration.js";
import { snapshotsOf } from "../lib/snapshots.js";
import { snapshotAt } from "./at.js";
import { checkFolder, describeRestoration, restore } from "./restore.js";
import type { Restoration } from "./restore.js";

interface Options {
  readonly stack: string;
  readonly at: string;
  readonly to?: string;
  readonly yes: boolean;
}

/** Brings back what a service or a share kept at some time. */
async function bringBack(written: string, { stack, at, to, yes }: Options): Promise<void> {
  checkFolder(to);
  const placed = findSet(declaredHomelab(stack), written);
  const snapshot = snapshotAt(at, await snapshotsOf(placed, stack), placeOfSet(placed));
  const restoration: Restoration = { placed, snapshot, to };
  console.log(describeRestoration(restoration));
  if (to === undefined && !yes) {
    if (!process.stdin.isTTY) {
      throw new UserError("Nothing was done: there is no terminal to ask on. Add --yes if that is what you want.");
    }
    if (!(await confirmed("Restore it? [y/N] "))) {
      throw new UserError("Nothing was done.");
    }
  }
  await restore(restoration, {
    run: streamOn,
    say: (line) => {
      console.log(line);
    },
  });
}

void runCommand(
  stackCommand("restore", "Bring back what a service or a share kept, as one of its copies has it.")
    .argument("<what>", "HOST/NAME of a service or a share")
    .option(
      "--at <time>",
      "the newest copy that is not after it: 2026-11-29, 2026-11-29T14:00, or a copy's ID",
      "latest",
    )
    .option("--to <folder>", "restore into this folder of the host, and change nothing else")
    .option("--yes", "do not ask", false)
    .addHelpText(
      "after",
      examples(
        ["npm run restore -- jellyfin/jellyfin", "the newest copy, in place of what is there"],
        ["npm run restore -- pi5/photos --at 2026-11-29 --to /srv/restored", "beside it, to look for a file"],
      ),
    )
    .action(bringBack),
);
