import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadHomelab } from "../../model/load.js";
import { failingHosts, outcomePerHost, outcomeTable, withoutHosts } from "./outcome.js";
import { outcomeOf, together } from "./events.js";
import type { Outcome } from "./events.js";
import { declarationDirectories, projectDirectory } from "../lib/project.js";
import { PulumiCli } from "../lib/pulumi-cli.js";
import { runCommand, stackCommand } from "../lib/command.js";

const INCOMPLETE = 3;

/** Deploys to every host that can be deployed to, whatever happens on the others, and says what is done and what not. */
async function deploy({ stack }: { stack: string }): Promise<void> {
  const directory = projectDirectory();
  const { hosts } = loadHomelab(stack, declarationDirectories(directory));
  const cli = new PulumiCli(directory, stack);
  const { exitCode, outcome: first } = await up(cli);
  if (!first.ran) {
    process.exitCode = exitCode === 0 ? 1 : exitCode;
    return;
  }
  const failing = failingHosts(hosts, first);
  let outcome = first;
  if (failing.length > 0 && failing.length < hosts.length) {
    // After any failure the engine deletes nothing, wherever it is.
    console.log(
      `Something failed on ${failing.join(", ")}. Once more for the others, where something may be left to delete:`,
    );
    outcome = together(first, (await up(cli, withoutHosts(failing))).outcome);
  }
  const outcomes = outcomePerHost(hosts, outcome);
  console.log(outcomeTable(outcomes));
  const complete = exitCode === 0 && outcomes.every(({ notDone }) => notDone === "");
  console.log(
    complete ? "Everything is done." : "Not everything is done: set right what is named above, then deploy again.",
  );
  process.exitCode = complete ? 0 : INCOMPLETE;
}

async function up(cli: PulumiCli, options: readonly string[] = []): Promise<{ exitCode: number; outcome: Outcome }> {
  const folder = await mkdtemp(join(tmpdir(), "deploy-"));
  try {
    const log = join(folder, "events");
    const args = ["up", "--yes", "--skip-preview", "--continue-on-error", "--event-log", log, ...options];
    const { exitCode, stderr } = await cli.run(args, {
      env: { PULUMI_DEBUG_COMMANDS: "true" }, // else the CLI does not know --event-log
      onLine: (line) => {
        console.log(line);
      },
    });
    process.stderr.write(stderr);
    const events = await readFile(log, "utf8").catch(() => "");
    return { exitCode, outcome: outcomeOf(events) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

void runCommand(
  stackCommand(
    "deploy",
    "Deploy, and say host by host what is done and what is not: exit 3 if something is not.",
  ).action(deploy),
);
