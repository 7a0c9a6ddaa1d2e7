import { runCommand, stackCommand } from "../lib/command.js";
import { notifierOf } from "../lib/notify/notifier.js";
import { describe, exitCodeOf, lookAt } from "./look.js";
import type { HostDrift } from "./look.js";
import { nightly } from "./nightly.js";

interface Options {
  readonly stack: string;
  readonly json: boolean;
  readonly issue: boolean;
}

/** Shows how the hosts differ from how they were left, without an engine or a passphrase. Changes nothing. */
async function drift({ stack, json, issue }: Options): Promise<void> {
  const look = async (): Promise<readonly HostDrift[]> => {
    const seen = await lookAt(stack);
    console.log(json ? JSON.stringify({ hosts: seen }, null, 2) : describe(seen));
    process.exitCode = exitCodeOf(seen);
    return seen;
  };
  await (issue ? nightly(stack, notifierOf(stack), look) : look());
}

void runCommand(
  stackCommand(
    "drift",
    "Show how the hosts differ from how they were left: exit 2 if they do or a copy failed, 3 if one cannot be read.",
  )
    .option("--json", "print JSON", false)
    .option(
      "--issue",
      "in a workflow: keep one open issue with it, close that when nothing differs, and tell homelab:notify what is new",
      false,
    )
    .action(drift),
);
