import type { HostModel } from "../../model/types.js";
import { aftermathOn } from "./aftermath.js";
import { allOfHosts, failingHosts, outcomeOfRemoved, outcomePerHost, outcomeTable } from "./outcome.js";
import { outcomeOf, together } from "./events.js";
import type { Outcome } from "./events.js";
import { keepCopies, recoverState } from "./state-copies.js";
import { errorsOf } from "../lib/engine-events.js";
import { lockAdvice } from "../lib/lock.js";
import type { Operation, PulumiStack } from "../lib/pulumi-stack.js";
import { terminalColor, toTerminal } from "../lib/terminal.js";

/** How the command ends. */
export const EXIT = {
  done: 0,
  /** Nothing was deployed. */
  nothing: 1,
  /** Something that is declared is not so. */
  incomplete: 3,
  /** As a shell has it for what Ctrl-C ended. */
  interrupted: 130,
} as const;

/** How to deploy. */
export interface DeploymentOptions {
  /** Where the stack has no state, take the copy that a host keeps. */
  readonly copy: boolean;
}

/**
 * Deploys to every host that can be deployed to, whatever happens on the others, and says what is done and what not.
 *
 * @returns exit code, one of EXIT
 */
export async function deployTo(
  stack: PulumiStack,
  hosts: readonly HostModel[],
  { copy }: DeploymentOptions,
): Promise<number> {
  const recovered = copy ? await recoverState(stack, hosts) : undefined;
  if (recovered !== undefined) {
    console.log(recovered);
  }
  const operation = await upEverywhere(stack, hosts);
  if (operation.interrupted) {
    console.log("Interrupted. Deploy again: it goes on from here.");
    return EXIT.interrupted;
  }
  if (!operation.outcome.ran) {
    console.log(lockAdvice(operation.output, stack.name) ?? "Nothing was deployed.");
    return EXIT.nothing;
  }
  const reached = hosts.filter((host) => operation.outcome.notDone[host.name] === undefined);
  const notKept = await keepCopies(stack, reached);
  console.log("Looking at what came of it:");
  const complete = await judge(hosts, operation, stack.name);
  if (notKept !== undefined) {
    console.log(`Good to know: ${notKept}`);
  }
  console.log(
    complete ? "Everything is done." : "Not everything is done: set right what is named above, then deploy again.",
  );
  return complete ? EXIT.done : EXIT.incomplete;
}

/** Looks at the hosts again and shows what they have come to; is everything done? */
async function judge(
  hosts: readonly HostModel[],
  { ok, outcome, errors }: Deployment,
  stack: string,
): Promise<boolean> {
  const tried = hosts.filter((host) => outcome.notDone[host.name] === undefined);
  const after = await aftermathOn(tried, stack);
  const outcomes = [...outcomePerHost(hosts, outcome, after), ...outcomeOfRemoved(hosts, outcome, stack)];
  console.log(outcomeTable(outcomes));
  const notes = [...after.values()].flatMap((it) => it.notes);
  notes.forEach((note) => {
    console.log(`Good to know: ${note}`);
  });
  const allDone = outcomes.every(({ notDone }) => notDone === "");
  if (!ok && allDone) {
    console.log(errors); // of no host
  }
  return ok && allDone;
}

/** What the engine came to, in one go or in two. */
interface Deployment {
  readonly ok: boolean;
  readonly interrupted: boolean;
  readonly outcome: Outcome;
  readonly output: string;
  readonly errors: string;
}

async function upEverywhere(stack: PulumiStack, hosts: readonly HostModel[]): Promise<Deployment> {
  const { ok, events, output, interrupted } = await up(stack);
  const outcome = outcomeOf(events);
  const first = { ok, interrupted, outcome, output, errors: errorsOf(events) };
  const failing = failingHosts(hosts, outcome);
  if (interrupted || failing.length === 0 || failing.length === hosts.length) {
    return first;
  }
  // After any failure the engine deletes nothing, wherever it is.
  console.log(
    `Something failed on ${failing.join(", ")}. Once more for the others, where something may be left to delete:`,
  );
  const second = await up(stack, allOfHosts(failing));
  return { ...first, interrupted: second.interrupted, outcome: together(outcome, outcomeOf(second.events)) };
}

const up = (stack: PulumiStack, exclude: string[] = []): Promise<Operation> =>
  stack.operate("up", { continueOnError: true, exclude, color: terminalColor() }, toTerminal);
