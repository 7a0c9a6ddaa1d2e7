import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { z } from "zod";
import { secretId } from "../../../model/compose/names.js";
import { parseName, nameInUrn } from "../../../model/resource-names.js";
import { secretVariables } from "../../../model/services/environment.js";
import { fillIn } from "../../../model/text.js";
import type { HostModel } from "../../../model/types.js";
import type { PulumiStack } from "../pulumi-stack.js";
import { plainOf } from "../secret-values.js";
import { HIDDEN_ENVIRONMENT } from "./container.js";
import { planOf } from "./plan.js";
import type { Change, HiddenEnvironments } from "./plan.js";

/** What is read of a state whose secrets are decrypted. */
const exported = z.object({
  deployment: z.object({
    resources: z
      .array(
        z.object({
          urn: z.string(),
          inputs: z.object({ envs: z.unknown().optional() }).optional(),
          outputs: z.object({ secretVariables: z.record(z.string(), z.array(z.string())).optional() }).optional(),
        }),
      )
      .default([]),
  }),
});

const decryptedConfig = z.object({
  "homelab:secrets": z.object({ objectValue: z.record(z.string(), z.string()).optional() }).optional(),
  "homelab:projects": z
    .object({
      objectValue: z
        .record(z.string(), z.looseObject({ secrets: z.record(z.string(), z.string()).optional() }))
        .optional(),
    })
    .optional(),
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
  stack: Pick<PulumiStack, "must">,
  hosts: readonly HostModel[],
): Promise<HiddenEnvironments> {
  const former = formerEnvironments(await stack.must(["stack", "export", "--show-secrets"]));
  const config = decryptedConfig.parse(JSON.parse(await stack.must(["config", "--show-secrets", "--json"])));
  const secrets = {
    ...config["homelab:secrets"]?.objectValue,
    ...Object.fromEntries(
      Object.entries(config["homelab:projects"]?.objectValue ?? {}).flatMap(([project, { secrets: own = {} }]) =>
        Object.entries(own).map(([name, value]) => [secretId(project, name), value] as const),
      ),
    ),
  };
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
    return differences(before, { values: new Map(values), hides: (name) => hidden.includes(name) });
  };
}

function differences(before: Environment, after: Environment): string[] {
  const names = [...new Set([...before.values.keys(), ...after.values.keys()])];
  return names
    .filter((name) => before.values.get(name) !== after.values.get(name))
    .map((name) =>
      before.hides(name) && after.hides(name) && before.values.has(name) && after.values.has(name)
        ? `${name}: a secret, changed`
        : `${name}: ${shown(before, name)} → ${shown(after, name)}`,
    );
}

function shown({ values, hides }: Environment, name: string): string {
  const value = values.get(name);
  return value === undefined ? "none" : hides(name) ? "a secret" : value;
}

function formerEnvironments(state: string): (host: string, service: string) => Environment | undefined {
  const { resources } = exported.parse(JSON.parse(state)).deployment;
  const environments = new Map<string, ReadonlyMap<string, string>>();
  const secrets = new Map<string, readonly string[]>();
  for (const { urn, inputs, outputs } of resources) {
    const it = parseName(nameInUrn(urn));
    if (it?.kind === "container") {
      environments.set(`${it.host}/${it.name}`, assignmentsIn(plainOf(inputs?.envs)));
    } else if (it?.kind === "containers") {
      Object.entries(outputs?.secretVariables ?? {}).forEach(([service, names]) =>
        secrets.set(`${it.host}/${service}`, names),
      );
    }
  }
  return (host, service) => {
    const values = environments.get(`${host}/${service}`);
    const names = secrets.get(`${host}/${service}`);
    // Of a deployment that did not yet say which are secret, all are.
    return values && { values, hides: (name) => names?.includes(name) ?? true };
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
