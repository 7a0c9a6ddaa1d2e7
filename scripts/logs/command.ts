import { InvalidArgumentError } from "commander";
import { examples, runCommand, stackCommand } from "../lib/command.js";
import { declaredService } from "../lib/find-service.js";
import { runAttached } from "../lib/on-host.js";
import { logCommand } from "./logs.js";
import type { LogOptions } from "./logs.js";

interface Options extends LogOptions {
  readonly stack: string;
}

/** Of what Ctrl-C ended: here, as a shell has it; and on the host, as ssh has it of a command that a signal ended. */
const INTERRUPTED = [130, 255];

async function logs(written: string, { stack, ...options }: Options): Promise<void> {
  const { host, service } = declaredService(stack, written);
  // With a terminal the host knows when nobody reads any more, and ends what follows the log.
  const terminal = options.follow === true && process.stdin.isTTY && process.stdout.isTTY;
  const exitCode = await runAttached({ host, stack }, logCommand(service.name, options), { terminal });
  process.exitCode = options.follow === true && INTERRUPTED.includes(exitCode) ? 0 : exitCode;
}

function lineCount(value: string): LogOptions["lines"] {
  if (value !== "all" && !/^\d+$/.test(value)) {
    throw new InvalidArgumentError("It must be a number, or all.");
  }
  return value === "all" ? value : Number(value);
}

void runCommand(
  stackCommand("logs", "Show what a service has logged, on whichever host it runs.")
    .argument("<service>", "its name, or HOST/SERVICE where several hosts have it")
    .option("-f, --follow", "go on with what comes, until Ctrl-C", false)
    .option("-n, --lines <number>", "how many of the last lines, or all", lineCount, 100)
    .option("--since <time>", "only what is newer: 15m, 2h, or 2026-01-31T08:00:00")
    .addHelpText(
      "after",
      examples(
        ["npm run logs -- jellyfin -f", "follow it"],
        ["npm run logs -- pi4-ci/watchtower --since 24h", "one of several, since yesterday"],
      ),
    )
    .action(logs),
);
