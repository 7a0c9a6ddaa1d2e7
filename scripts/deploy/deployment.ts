import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { hostInUrn, nameInUrn } from "../../model/resource-names.js";
import type { HostModel } from "../../model/types.js";
import { aftermathOn } from "./aftermath.js";
import { chosenOf, scopeOf } from "./chosen.js";
import type { Scope } from "./chosen.js";
import { describeObstacles, obstaclesOn, outcomeOfObstacles, without } from "./obstacles.js";
import {
  allOfHosts,
  failingHosts,
  outcomeOfRemoved,
  outcomeOfTailnet,
  outcomePerHost,
  outcomeTable,
} from "./outcome.js";
import type { HostOutcome } from "./outcome.js";
import { outcomeOf, together } from "./events.js";
import type { Outcome } from "./events.js";
import { compareWith } from "./expected.js";
import { expectToJoin, keysOf } from "./rejoin.js";
import { recoverAnyhow } from "./recover/recover.js";
import { keepCopies, recoverState } from "./state-copies.js";
import { warningIn } from "../lib/engine-events.js";
import { failuresOf, reasonOf } from "../lib/failures.js";
import { progressOf } from "./progress.js";
import { confirmed } from "../lib/ask.js";
import { describePlan } from "../lib/plan/describe.js";
import { plannedChanges } from "../lib/plan/environment.js";
import type { Steps } from "../lib/plan/steps.js";
import { imagesOfPlan, missingImages, missingText } from "../lib/registry/missing.js";
import type { Operation, StateResource } from "../lib/operation.js";
import type { PulumiStack } from "../lib/pulumi-stack.js";

/** How the command ends. */
export const EXIT = {
  done: 0,
  /** Nothing was deployed. */
  nothing: 1,
  /** Something that is declared is not so. */
  incomplete: 3,
  /** Nothing was deployed, since it would have done more than was expected. */
  unexpected: 4,
  /** As a shell has it for what Ctrl-C ended. */
  interrupted: 130,
} as const;

/** How to deploy. */
export interface DeploymentOptions {
  /** Where the stack has no state, take the copy that a host keeps. */
  readonly copy: boolean;
  /** Where the stack has no state and no copy of it can be taken, rebuild it from what the hosts have. @default false */
  readonly recover?: boolean;
  /** Names of the hosts to deploy to; the others are neither asked nor changed. @default all */
  readonly only?: readonly string[];
  /** Do not ask registries whether the images that are to be pulled exist. @default false */
  readonly offline?: boolean;
  /** Names of hosts that join the tailnet by another key. @default none */
  readonly rejoin?: readonly string[];
  /** What it may do at most, as a preview has shown it. @default anything */
  readonly expected?: Steps | undefined;
  /** Do it without showing first what would change, and asking. Nobody is asked either where there is no terminal. */
  readonly yes: boolean;
}

/**
 * Deploys to every host that can be deployed to, whatever happens on the others, and says what is done and what not.
 *
 * @param all every host that is declared
 * @returns exit code, one of EXIT
 * @throws UserError if one of `only` is not declared
 */
export async function deployTo(
  whole: PulumiStack,
  all: readonly HostModel[],
  { copy, recover = false, yes, offline = false, only = [], rejoin = [], expected }: DeploymentOptions,
): Promise<number> {
  const chosen = chosenOf(all, only);
  rejoin.forEach((name) => {
    expectToJoin(chosen, name);
  });
  const looking = obstaclesOn(chosen, { offline });
  // A state that is lost may be on any of them.
  const recovered = recover
    ? await recoverAnyhow(whole, all, { copy })
    : copy
      ? await recoverState(whole, all)
      : undefined;
  if (recovered !== undefined) {
    console.log(recovered);
  }
  const wanted = await scopeOf(whole, all, chosen);
  const obstacles = await looking;
  describeObstacles(obstacles).forEach((line) => {
    console.log(line);
  });
  const scope = { ...without(wanted, obstacles), replace: await keysOf(whole, rejoin) };
  const { stack, hosts } = scope;
  if (hosts.length === 0) {
    console.log("Nothing was deployed.");
    return EXIT.nothing;
  }
  const warn = warningsOnce();
  const comparison = expected === undefined ? "expected" : await compareWith(expected, scope, warn);
  if (comparison !== "expected") {
    return comparison === "failed" ? EXIT.nothing : EXIT.unexpected;
  }
  const agreed = yes || !process.stdin.isTTY || !process.stdout.isTTY || (await agreeOn(scope, offline, warn));
  if (!agreed) {
    console.log("Nothing was deployed.");
    return EXIT.nothing;
  }
  const operation = await upEverywhere(scope, warn);
  if (operation.interrupted) {
    const done = outcomePerHost(hosts, operation.outcome).map(({ host, done: what }) => `  ${host}: ${what}`);
    console.log(`Interrupted. Done until now:\n${done.join("\n")}\nDeploy again to continue.`);
    return EXIT.interrupted;
  }
  if (!operation.outcome.ran) {
    console.log(`${reasonOf(operation, stack.name)}\nNothing was deployed.`);
    return EXIT.nothing;
  }
  const reached = hosts.filter((host) => operation.outcome.notDone[host.name] === undefined);
  const notKept = await keepCopies(stack, reached);
  console.log("Checking the result:");
  const complete = await judge(all, hosts, operation, stack.name, outcomeOfObstacles(obstacles));
  if (notKept !== undefined) {
    console.log(`Note: ${notKept}`);
  }
  const where = wanted.hosts.length === all.length ? "" : ` on ${wanted.hosts.map(({ name }) => name).join(", ")}`;
  console.log(
    complete
      ? `Everything is done${where}.`
      : `Not everything is done${where}: set right what is named above, then deploy again.`,
  );
  return complete ? EXIT.done : EXIT.incomplete;
}

type Listener = (event: EngineEvent) => void;

/** Shows what the program warns of, each once, although a preview and a deployment say the same. */
function warningsOnce(): Listener {
  const said = new Set<string>();
  return (event) => {
    const warning = warningIn(event);
    if (warning !== undefined && !said.has(warning)) {
      said.add(warning);
      console.log(warning);
    }
  };
}

/** Shows what would change, and asks. Where nothing would, nobody has to be asked. */
async function agreeOn(
  { stack, hosts, exclude, replace = [] }: Scope,
  offline: boolean,
  warn: Listener,
): Promise<boolean> {
  console.log("Checking what would change …");
  const operation = await stack.operate("preview", { exclude: [...exclude], replace: [...replace], onEvent: warn });
  if (!operation.ok) {
    console.log(reasonOf(operation, stack.name));
    return false;
  }
  const changes = await plannedChanges(stack, hosts, operation.events);
  if (changes.length === 0) {
    return true;
  }
  console.log(describePlan(changes, hosts));
  const missing = offline ? [] : await missingImages(imagesOfPlan(changes, hosts));
  missing.forEach((it) => {
    console.log(missingText(it));
  });
  return confirmed(missing.length === 0 ? "Deploy this? [y/N] " : "Deploy what can be deployed? [y/N] ");
}

/** Looks at the hosts again and shows what they have come to; is everything done? */
async function judge(
  all: readonly HostModel[],
  hosts: readonly HostModel[],
  { ok, outcome, failures }: Deployment,
  stack: string,
  leftOut: readonly HostOutcome[],
): Promise<boolean> {
  const tried = hosts.filter((host) => outcome.notDone[host.name] === undefined);
  const after = await aftermathOn(tried, stack);
  const outcomes = [
    ...outcomePerHost(hosts, outcome, after),
    ...leftOut,
    ...outcomeOfRemoved(all, outcome, stack),
    ...outcomeOfTailnet(outcome),
  ];
  failures.forEach((words) => {
    console.log(`\n${words}`);
  });
  console.log(outcomeTable(outcomes));
  const notes = [...after.values()].flatMap((it) => it.notes);
  notes.forEach((note) => {
    console.log(`Note: ${note}`);
  });
  return ok && outcomes.every(({ notDone }) => notDone === "");
}

/** What the engine came to, in one go or in two. */
interface Deployment {
  readonly ok: boolean;
  readonly interrupted: boolean;
  readonly outcome: Outcome;
  readonly output: string;
  readonly events: readonly EngineEvent[];
  /** What went wrong, each cause once. */
  readonly failures: readonly string[];
}

async function upEverywhere(scope: Scope, warn: Listener): Promise<Deployment> {
  const { stack, hosts } = scope;
  const { ok, events, output, interrupted } = await up(scope, warn);
  const outcome = outcomeOf(events);
  const first = { ok, interrupted, outcome, output, events, failures: failuresOf(events) };
  const failing = failingHosts(hosts, outcome);
  if (interrupted || failing.length === 0 || failing.length === hosts.length) {
    return first;
  }
  // After any failure the engine deletes nothing, wherever it is.
  const left = (await stack.resources()).filter((it) => isLeft(it, outcome) && isIn(scope, it));
  if (left.every(({ urn }) => failing.includes(hostInUrn(urn) ?? ""))) {
    return first;
  }
  console.log(
    `${failing.join(", ")} failed. Running again without, so that the other hosts can finish their deletions.`,
  );
  const second = await up({ ...scope, exclude: [...scope.exclude, ...allOfHosts(failing)], replace: [] }, warn);
  return { ...first, interrupted: second.interrupted, outcome: together(outcome, outcomeOf(second.events)) };
}

/** Is it in the state, and declared no longer? */
const isLeft = ({ urn, delete: replaced = false }: StateResource, { done, failed }: Outcome): boolean =>
  hostInUrn(urn) !== undefined && (replaced || (!done.has(nameInUrn(urn)) && !failed.has(nameInUrn(urn))));

/** Where all hosts are deployed to, those that are declared no longer belong to it as well. */
const isIn = ({ hosts, exclude }: Scope, { urn }: StateResource): boolean =>
  exclude.length === 0 || hosts.some(({ name }) => name === hostInUrn(urn));

async function up({ stack, hosts, exclude, replace = [] }: Scope, warn: Listener): Promise<Operation> {
  const names = hosts.map(({ name }) => name);
  const write = process.stdout.isTTY ? (await import("log-update")).default : undefined;
  const progress = progressOf(names, write);
  try {
    const onEvent: Listener = (event) => {
      warn(event);
      progress.show(event);
    };
    return await stack.operate("up", { continueOnError: true, exclude: [...exclude], replace: [...replace], onEvent });
  } finally {
    progress.end();
  }
}
