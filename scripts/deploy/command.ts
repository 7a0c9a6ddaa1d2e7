import { loadHomelab } from "../../model/load.js";
import { failingHosts, outcomePerHost, outcomeTable, allOfHosts } from "./outcome.js";
import { outcomeOf, together } from "./events.js";
import { declarationDirectories, projectDirectory } from "../lib/project.js";
import { PulumiStack } from "../lib/pulumi-stack.js";
import type { Operation } from "../lib/pulumi-stack.js";
import { runCommand, stackCommand } from "../lib/command.js";
import { terminalColor, toTerminal } from "../lib/terminal.js";

const INCOMPLETE = 3;
/** As a shell has it for what Ctrl-C ended. */
const INTERRUPTED = 130;

/** Deploys to every host that can be deployed to, whatever happens on the others, and says what is done and what not. */
async function deploy({ stack: name }: { stack: string }): Promise<void> {
  const directory = projectDirectory();
  const { hosts } = loadHomelab(name, declarationDirectories(directory));
  const stack = new PulumiStack(directory, name);
  const { ok, events, interrupted } = await up(stack);
  if (interrupted) {
    sayInterrupted();
    return;
  }
  const first = outcomeOf(events);
  if (!first.ran) {
    process.exitCode = 1;
    return;
  }
  const failing = failingHosts(hosts, first);
  let outcome = first;
  if (failing.length > 0 && failing.length < hosts.length) {
    // After any failure the engine deletes nothing, wherever it is.
    console.log(
      `Something failed on ${failing.join(", ")}. Once more for the others, where something may be left to delete:`,
    );
    const second = await up(stack, allOfHosts(failing));
    if (second.interrupted) {
      sayInterrupted();
      return;
    }
    outcome = together(first, outcomeOf(second.events));
  }
  const outcomes = outcomePerHost(hosts, outcome);
  console.log(outcomeTable(outcomes));
  const complete = ok && outcomes.every(({ notDone }) => notDone === "");
  console.log(
    complete ? "Everything is done." : "Not everything is done: set right what is named above, then deploy again.",
  );
  process.exitCode = complete ? 0 : INCOMPLETE;
}

function sayInterrupted(): void {
  console.log("Interrupted. Deploy again: it goes on from here.");
  process.exitCode = INTERRUPTED;
}

const up = (stack: PulumiStack, exclude: string[] = []): Promise<Operation> =>
  stack.operate("up", { continueOnError: true, exclude, color: terminalColor() }, toTerminal);

void runCommand(
  stackCommand(
    "deploy",
    "Deploy, and say host by host what is done and what is not: exit 3 if something is not.",
  ).action(deploy),
);
