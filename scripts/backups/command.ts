import { probeHosts } from "../../hosts/probe.js";
import { allSets, findSet, placeOfSet } from "../lib/backup-sets.js";
import { examples, runCommand, stackCommand } from "../lib/command.js";
import { declaredHomelab } from "../lib/declaration.js";
import { snapshotsOf } from "../lib/snapshots.js";
import { copiesOfAll, describeCopies, describeSnapshots, exitCodeOf, plainCopies } from "./backups.js";

interface Options {
  readonly stack: string;
  readonly json: boolean;
}

/** Shows how the copies are of everything that is copied; or those that there are of one thing. */
async function backups(written: string | undefined, { stack, json }: Options): Promise<void> {
  const homelab = declaredHomelab(stack);
  if (written !== undefined) {
    const placed = findSet(homelab, written);
    const snapshots = await snapshotsOf(placed, stack);
    console.log(json ? JSON.stringify({ snapshots }, null, 2) : listed(placeOfSet(placed), snapshots));
    return;
  }
  const hosts = [...new Set(allSets(homelab).map(({ host }) => host))];
  const all = copiesOfAll(hosts, await probeHosts(hosts), stack);
  console.log(json ? JSON.stringify({ hosts: plainCopies(all) }, null, 2) : describeCopies(all, new Date()));
  process.exitCode = exitCodeOf(all);
}

const listed = (what: string, snapshots: Awaited<ReturnType<typeof snapshotsOf>>): string =>
  snapshots.length === 0 ? `There is no copy of ${what} yet.` : describeSnapshots(snapshots);

void runCommand(
  stackCommand(
    "backups",
    "Show when everything was last copied, and restored on trial: exit 2 if something is wrong, 3 if a host does not answer.",
  )
    .argument("[what]", "HOST/NAME: list the copies that there are of a service or a share")
    .option("--json", "print JSON", false)
    .addHelpText(
      "after",
      examples(
        ["npm run backups", "how old the copies are"],
        ["npm run backups -- jellyfin/jellyfin", "which there are of one service"],
      ),
    )
    .action(backups),
);
