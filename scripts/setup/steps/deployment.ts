import { loadHomelab } from "../../../model/load.js";
import type { HomelabModel } from "../../../model/types.js";
import { deployTo, EXIT } from "../../deploy/deployment.js";
import { outcomeOf } from "../../deploy/events.js";
import { reasonOf } from "../../lib/failures.js";
import { recoverState } from "../../deploy/state-copies.js";
import { useNamedKey } from "../../lib/agent.js";
import { commandLine } from "../../../model/command-line.js";
import { UserError } from "../../lib/command.js";
import { describePlan } from "../../lib/plan/describe.js";
import { planOf } from "../../lib/plan/plan.js";
import { declarationDirectories } from "../../lib/project.js";
import { flagOf } from "../answers.js";
import { farewell } from "../farewell.js";
import type { Setup, Step } from "../steps.js";
import { stackOf } from "./stack.js";

const homelabOf = ({ directory, stack }: Setup): HomelabModel => loadHomelab(stack, declarationDirectories(directory));

/** Every mistake in the configuration, before an engine is asked. */
export const check: Step = {
  title: "Check",
  find: () => Promise.resolve(undefined),
  act: (setup) => {
    const { hosts } = homelabOf(setup);
    const services = hosts.reduce((sum, host) => sum + host.services.length, 0);
    return Promise.resolve(`${counted(hosts.length, "host")}, ${counted(services, "service")}, no mistakes`);
  },
};

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** What a deployment would do, host by host. A state that is lost is taken from a host first, else all would look new. */
export const preview: Step = {
  title: "Preview",
  find: () => Promise.resolve(undefined),
  act: async (setup) => {
    const { hosts } = homelabOf(setup);
    await useNamedKey();
    const stack = stackOf(setup);
    const recovered = await recoverState(stack, hosts);
    const operation = await stack.operate("preview");
    if (!operation.ok) {
      throw new UserError(`The preview failed.\n${reasonOf(operation, setup.stack)}`);
    }
    const { events } = operation;
    const { notDone } = outcomeOf(events);
    const left = hosts.flatMap(({ name }) => (notDone[name] === undefined ? [] : [`${name}: ${notDone[name]}`]));
    const plan = describePlan(planOf(events));
    return [
      ...(recovered === undefined ? [] : [recovered]),
      plan === "" ? "nothing would change" : `a deployment would do this:\n${plan}`,
      ...left,
    ].join("\n");
  },
};

/** Deploys, if the owner says so. */
export const deployment: Step = {
  title: "Deployment",
  find: () => Promise.resolve(undefined),
  questions: ({ prompter }) =>
    Promise.resolve([
      {
        name: "deploy",
        kind: "yes-no",
        text: "Deploy now?",
        ...(prompter.interactive && { fallback: "yes" }),
        beforehand: flagOf("deploy"),
      },
    ]),
  act: async (setup) => {
    if (setup.answers.get("deploy") !== "yes") {
      return `not now. Later: ${commandLine("deploy", setup.stack)}`;
    }
    const { hosts } = homelabOf(setup);
    const exitCode = await deployTo(stackOf(setup), hosts, { copy: true, yes: true });
    process.exitCode = exitCode;
    return exitCode === EXIT.done
      ? farewell(hosts, setup.stack)
      : `not complete. Once it is fixed: ${commandLine("deploy", setup.stack)}`;
  },
};
