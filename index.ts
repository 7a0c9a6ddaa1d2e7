import { setImmediate } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { observe } from "./components/observe.js";
import { lastDeployment, refuseRenames, warnOfMoves } from "./components/last-deployment.js";
import type * as Components from "./components/roles.js";
import type * as TailnetComponent from "./components/tailnet.js";
import { secretsById } from "./components/secrets.js";
import { HomelabError } from "./model/yaml/problem.js";
import { loadHomelab, readFrom } from "./model/load.js";
import { outputsOf } from "./model/outputs/index.js";
import { TAILNET_NAMES } from "./model/resource-names.js";
import type { HomelabModel } from "./model/types.js";

/** Registers the whole homelab. @returns the stack's outputs */
async function main(): Promise<Record<string, unknown>> {
  const directories = [pulumi.getRootDirectory(), __dirname];
  const homelab = loadHomelab(pulumi.getStack(), directories);
  const secrets = secretsById(new pulumi.Config());
  // The remaining modules are loaded while the probes run.
  const [stateOf, { registerHost }, last, registerTailnet] = await Promise.all([
    observe(homelab, pulumi.getStack()),
    setImmediate().then(loadComponents),
    lastDeployment(homelab),
    lookAtTailnet(homelab, secrets),
  ]);
  refuseRenames(homelab, last, readFrom(directories));
  await warnOfMoves(homelab, last, stateOf);

  const tailnet = registerTailnet();
  const notDone = { ...tailnet.notDone };
  for (const host of homelab.hosts) {
    const state = stateOf(host);
    registerHost({ host, secrets, joinKey: tailnet.keys.get(host.name), state });
    if (state.notDone !== undefined) {
      notDone[host.name] = state.notDone;
    }
  }
  return { ...outputsOf(homelab), notDone };
}

/** Result of registering the tailnet. */
interface RegisteredTailnet {
  /** Keys for the hosts that join, by the host's name. */
  readonly keys: ReadonlyMap<string, pulumi.Output<string>>;
  readonly notDone: Record<string, string>;
}

/** Looks at the tailnet's policy if the homelab has one and can reach its API. @returns a function that registers it */
async function lookAtTailnet(
  { tailnet }: HomelabModel,
  secrets: pulumi.Input<Record<string, string>>,
): Promise<() => RegisteredTailnet> {
  if (tailnet?.access === undefined) {
    return () => ({ keys: new Map(), notDone: {} });
  }
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- see loadComponents
  const { observeTailnet, Tailnet } = require("./components/tailnet.js") as typeof TailnetComponent;
  const args = { tailnet: { ...tailnet, access: tailnet.access }, secrets };
  const state = await observeTailnet(args);
  return () => {
    const { keys } = new Tailnet({ ...args, state });
    return { keys, notDone: state.notDone === undefined ? {} : { [TAILNET_NAMES.policy]: state.notDone } };
  };
}

/** With the packages of the providers. Not by import(), whose loader has no hook for TypeScript (see start.cjs). */
function loadComponents(): typeof Components {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- see above
  return require("./components/roles.js") as typeof Components;
}

/** A mistake in the declaration is shown as such, without a stack trace. */
async function explained<T>(program: () => Promise<T>): Promise<T> {
  try {
    return await program();
  } catch (error) {
    throw error instanceof HomelabError ? new pulumi.RunError(error.message) : error;
  }
}

module.exports = () => explained(main);
