import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { knownHostsIn, renamedHosts, renameProblems } from "../model/drift/known-hosts.js";
import type { KnownResource } from "../model/drift/known-hosts.js";
import { movedData, movedSentence } from "../model/drift/moved-data.js";
import type { HomelabModel, HostModel, ReadFile } from "../model/types.js";
import { HomelabError } from "../model/yaml/problem.js";
import type { HostState } from "./observe.js";

// The engine's built-in functions that read its state: pkg/resource/deploy/builtins.go of github.com/pulumi/pulumi.
const OUTPUTS = "pulumi:pulumi:readStackOutputs";
const RESOURCES = "pulumi:pulumi:readStackResourceOutputs";

/** The output `hosts`, as the last deployment left it. */
const lastOutputs = z.object({
  outputs: z.object({ hosts: z.record(z.string(), z.object({ services: z.record(z.string(), z.unknown()) })) }),
});
const lastResources = z.object({ outputs: z.record(z.string(), z.object({ outputs: z.unknown().optional() })) });

/**
 * Reads the state if something that the last deployment had is no longer declared, or is declared elsewhere; otherwise
 * reads nothing, since the state is long. A stack that was never deployed has no outputs, and the engine no answer.
 */
export async function lastDeployment({ hosts }: HomelabModel): Promise<KnownResource[]> {
  const stack = [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack()].join("/");
  const last = lastOutputs.safeParse(await pulumi.runtime.invoke(OUTPUTS, { name: stack }));
  if (!last.success || allStay(last.data.outputs.hosts, hosts)) {
    return [];
  }
  const { outputs } = lastResources.parse(await pulumi.runtime.invoke(RESOURCES, { stackName: stack }));
  return Object.entries(outputs).map(([urn, it]) => ({ urn, outputs: it.outputs }));
}

/**
 * Refuses hosts that were renamed in the stack's file alone.
 *
 * @param known what lastDeployment found
 * @throws HomelabError if there are any
 */
export function refuseRenames({ hosts }: HomelabModel, known: readonly KnownResource[], read: ReadFile): void {
  const renamed = renamedHosts(hosts, knownHostsIn(known));
  const file = read(`Pulumi.${pulumi.getStack()}.yaml`);
  if (renamed.length > 0 && "text" in file) {
    throw new HomelabError(renameProblems(pulumi.getStack(), file.text, renamed));
  }
}

/**
 * Warns that the data of a service stay behind when it moves to another host, unless the volume exists there already.
 *
 * @param known what lastDeployment found
 */
export async function warnOfMoves(
  { hosts }: HomelabModel,
  known: readonly KnownResource[],
  stateOf: (host: HostModel) => HostState,
): Promise<void> {
  for (const host of hosts) {
    const there = stateOf(host).volumes ?? new Set();
    const moved = movedData(hosts, known).filter(
      ({ to, volumes }) => to === host.name && !volumes.some((it) => there.has(it)),
    );
    for (const it of moved) {
      await pulumi.log.warn(movedSentence(it, pulumi.getStack()));
    }
  }
}

type LastHosts = z.infer<typeof lastOutputs>["outputs"]["hosts"];

const allStay = (last: LastHosts, hosts: readonly HostModel[]): boolean =>
  Object.entries(last).every(([name, { services }]) => {
    const declared = new Set(hosts.find((host) => host.name === name)?.services.map((service) => service.name));
    return hosts.some((host) => host.name === name) && Object.keys(services).every((service) => declared.has(service));
  });
