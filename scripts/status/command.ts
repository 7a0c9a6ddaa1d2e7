import { probeHosts } from "../../hosts/probe.js";
import { declaredHomelab } from "../lib/declaration.js";
import { examples, runCommand, stackCommand } from "../lib/command.js";
import { describeStatus, exitCodeOf, statusOf } from "./status.js";

interface Options {
  readonly stack: string;
  readonly json: boolean;
}

/** Shows what runs where and how it is, as the hosts say; a key that may probe is enough. */
async function status({ stack, json }: Options): Promise<void> {
  const { hosts } = declaredHomelab(stack);
  const observations = await probeHosts(hosts);
  const seen = hosts.map((host) =>
    statusOf(host, observations.get(host.name) ?? { status: "failed", reason: "it was not asked" }, stack),
  );
  console.log(json ? JSON.stringify({ hosts: seen }, null, 2) : describeStatus(seen, stack));
  process.exitCode = exitCodeOf(seen);
}

void runCommand(
  stackCommand(
    "status",
    "Show what runs where, how it is, and who may reach it: exit 2 if a service is not well, 3 if a host does not answer.",
  )
    .option("--json", "print JSON", false)
    .addHelpText(
      "after",
      examples(["npm run status", "all hosts"], ["npm run --silent status -- --json", "for a program"]),
    )
    .action(status),
);
