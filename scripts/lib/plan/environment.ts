import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { z } from "zod";
import { parseName, nameInUrn } from "../../../model/resource-names.js";
import { secretVariables } from "../../../model/services/environment.js";
import { fillIn } from "../../../model/text.js";
import type { HostModel } from "../../../model/types.js";
import { secretsByName } from "../config-secrets.js";
import { maskOf } from "../mask.js";
import type { Mask } from "../mask.js";
import type { PulumiStack } from "../pulumi-stack.js";
import { plainOf } from "../secret-values.js";
import { HIDDEN_ENVIRONMENT } from "./container.js";
import { planOf } from "./plan.js";
import type { Change, HiddenEnvironments } from "./plan.js";

const variablesOfServices = z.record(z.string(), z.record(z.string(), z.string()));

/** What is read of a state whose secrets are decrypted. */
const exported = z.object({
  deployment: z.object({
    resources: z
      .array(
        z.object({
          urn: z.string(),
          inputs: z.object({ envs: z.unknown().optional() }).optional(),
          outputs: z.object({ plainVariables: variablesOfServices.optional() }).optional(),
        }),
      )
      .default([]),
  }),
});

/** The variables of a container, by name. */
interface Environment {
  readonly values: ReadonlyMap<string, string>;
  /** Is a variable a secret? */
  readonly hides: (name: string) => boolean;
}

/** Is there an environment among these changes of which the engine says nothing? */
export const hidesEnvironment = (changes: readonly Change[]): boolean =>
  changes.some(({ details }) => details.includes(HIDDEN_ENVIRONMENT));

/**
 * What is different about environments that have secrets, variable by variable: of a secret only that it is another one.
 * Compares what the state has with what is declared, in this process's memory.
 */
export async function hiddenEnvironments(
  stack: Pick<PulumiStack, "must" | "decryptedConfig">,
  hosts: readonly HostModel[],
): Promise<HiddenEnvironments> {
  const former = formerEnvironments(await stack.must(["stack", "export", "--show-secrets"]));
  const secrets = secretsByName(await stack.decryptedConfig());
  const mask = maskOf(Object.values(secrets));
  return (hostName, serviceName) => {
    const before = former(hostName, serviceName);
    const service = hosts.find(({ name }) => name === hostName)?.services.find(({ name }) => name === serviceName);
    if (before === undefined || service === undefined) {
      return undefined;
    }
    const values = Object.entries(service.definition.environment).map(([name, text]): [string, string] => [
      name,
      fillIn(text, (secret) => secrets[secret] ?? ""),
    ]);
    const hidden = secretVariables(service);
    return differences(before, { values: new Map(values), hides: (name) => hidden.includes(name) }, mask);
  };
}

function differences(before: Environment, after: Environment, mask: Mask): string[] {
  const names = [...new Set([...before.values.keys(), ...after.values.keys()])];
  return names
    .filter((name) => before.values.get(name) !== after.values.get(name))
    .map((name) => {
      const [was, is] = [before.values.get(name), after.values.get(name)];
      const [hid, hides] = [was !== undefined && before.hides(name), is !== undefined && after.hides(name)];
      if (hid && hides) {
        return `${name}: a secret, changed`;
      }
      // What becomes a secret may have been one in plain text.
      const former = hid ? "a secret" : was === undefined ? "none" : hides ? "plain text" : mask(was);
      return `${name}: ${former} → ${hides ? "a secret" : is === undefined ? "none" : mask(is)}`;
    });
}

function formerEnvironments(state: string): (host: string, service: string) => Environment | undefined {
  const { resources } = exported.parse(JSON.parse(state)).deployment;
  const environments = new Map<string, ReadonlyMap<string, string>>();
  const plain = new Map<string, Readonly<Record<string, string>>>();
  for (const { urn, inputs, outputs } of resources) {
    const it = parseName(nameInUrn(urn));
    if (it?.kind === "container") {
      environments.set(`${it.host}/${it.name}`, assignmentsIn(plainOf(inputs?.envs)));
    } else if (it?.kind === "containers") {
      Object.entries(outputs?.plainVariables ?? {}).forEach(([service, variables]) =>
        plain.set(`${it.host}/${service}`, variables),
      );
    }
  }
  return (host, service) => {
    const values = environments.get(`${host}/${service}`);
    const known = plain.get(`${host}/${service}`);
    // What was said of the last deployment may not be true of the container: its host was off then, or it failed. So all is
    // a secret but what is known to be none, with its value.
    return values && { values, hides: (name) => known?.[name] === undefined || known[name] !== values.get(name) };
  };
}

const assignmentsIn = (list: unknown): ReadonlyMap<string, string> =>
  new Map(
    (Array.isArray(list) ? list : []).flatMap((it): [string, string][] =>
      typeof it === "string" ? [[it.split("=", 1)[0] ?? it, it.slice(it.indexOf("=") + 1)]] : [],
    ),
  );

/** What a preview of the engine says, with the environments that the engine hides as a whole because of a secret in them. */
export async function plannedChanges(
  stack: PulumiStack,
  hosts: readonly HostModel[],
  events: readonly EngineEvent[],
): Promise<Change[]> {
  const changes = planOf(events);
  return hidesEnvironment(changes) ? planOf(events, await hiddenEnvironments(stack, hosts)) : changes;
}
