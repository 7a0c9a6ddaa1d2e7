import { z } from "zod";
import { CHOSEN_VARIABLE } from "../../hosts/chosen.js";
import { hostInUrn, nameInUrn, parseName, printName } from "../../model/resource-names.js";
import type { HostModel } from "../../model/types.js";
import { remedyText } from "../../model/yaml/remedy.js";
import { suggest } from "../../model/yaml/suggest.js";
import { commandLine } from "../../model/command-line.js";
import { UserError } from "../lib/command.js";
import { settingDetails } from "../lib/plan/setting.js";
import { PulumiStack } from "../lib/pulumi-stack.js";
import { allOfHosts } from "./outcome.js";

// A deployment to some of the hosts contacts these alone. The engine leaves out all that belongs to the others, so that
// the state keeps what it has of them; what is declared there and not deployed is named.

/** What a deployment is about. */
export interface Scope {
  readonly stack: PulumiStack;
  /** The hosts that are deployed to. */
  readonly hosts: readonly HostModel[];
  /** Patterns of what the engine leaves out. */
  readonly exclude: readonly string[];
  /** URNs of what it replaces although nothing of it has changed. @default none */
  readonly replace?: readonly string[];
}

/** What is read of a state here; a secret is no string in it. */
const exported = z.object({
  deployment: z
    .object({
      resources: z
        .array(z.object({ urn: z.string(), inputs: z.object({ stdin: z.unknown().optional() }).optional() }))
        .optional(),
    })
    .nullable(),
});

/** Resources of hosts that a state has, by name, each with what its command reads, if it has one. */
export type StateOfHosts = ReadonlyMap<string, unknown>;

/**
 * The hosts that the user means.
 *
 * @param names all are meant if there are none
 * @throws UserError if there is no host of that name
 */
export function chosenOf(hosts: readonly HostModel[], names: readonly string[]): readonly HostModel[] {
  const known = hosts.map(({ name }) => name);
  const wrong = names.find((name) => !known.includes(name));
  if (wrong !== undefined) {
    throw new UserError(`There is no host "${wrong}": ${remedyText(suggest(wrong, known))}`);
  }
  return names.length === 0 ? hosts : hosts.filter(({ name }) => names.includes(name));
}

/** A deployment to some of the hosts; says what it leaves out. Those that are declared no longer stay as they are, too. */
export async function scopeOf(
  stack: PulumiStack,
  all: readonly HostModel[],
  hosts: readonly HostModel[],
): Promise<Scope> {
  if (hosts.length === all.length) {
    return { stack, hosts, exclude: [] };
  }
  const names = hosts.map(({ name }) => name);
  const state = stateOfHosts(await stack.exportState());
  const others = all.filter((host) => !hosts.includes(host));
  const known = new Set([...others.map(({ name }) => name), ...[...state.keys()].flatMap(hostOf)]);
  console.log(describeOthers(others, names, state, stack.name));
  return {
    stack: new PulumiStack(stack.directory, stack.name, { ...stack.env, [CHOSEN_VARIABLE]: names.join(",") }),
    hosts,
    exclude: allOfHosts([...known].filter((name) => !names.includes(name))),
  };
}

/** What a state has of hosts. @param text as the engine exports it */
export function stateOfHosts(text: string): StateOfHosts {
  const { deployment } = exported.parse(JSON.parse(text));
  return new Map(
    (deployment?.resources ?? [])
      .filter(({ urn }) => hostInUrn(urn) !== undefined)
      .map(({ urn, inputs }) => [nameInUrn(urn), inputs?.stdin] as const),
  );
}

/** The hosts that are left as they are, and what is declared of them and was never deployed. */
export function describeOthers(
  others: readonly HostModel[],
  names: readonly string[],
  state: StateOfHosts,
  stack: string,
): string {
  const differing = others
    .map((host) => ({ name: host.name, lines: differences(host, state) }))
    .filter(({ lines }) => lines.length > 0);
  const also = differing.map(({ name }) => name);
  return [
    `Only ${names.join(", ")}. As it is stays: ${others.map(({ name }) => name).join(", ")}.`,
    ...(differing.length === 0
      ? []
      : [
          "What is declared there has changed, too, and waits for a deployment of its own:",
          ...differing.flatMap(({ name, lines }) => [`  ${name}: ${lines.join("\n    ")}`]),
          `-> ${commandLine("deploy", stack, ...names, ...also)}`,
        ]),
  ].join("\n");
}

/** What a host is to have, and what the last deployment to it left, where the two differ. */
function differences(host: HostModel, state: StateOfHosts): string[] {
  if (![...state.keys()].some((name) => hostOf(name)[0] === host.name)) {
    return ["nothing was deployed to it yet"];
  }
  const settings = host.settings.flatMap(({ name, input }) => {
    const was = state.get(printName({ kind: "setting", host: host.name, name }));
    // What has a secret in it cannot be compared without the passphrase, and concerns no other host.
    return typeof input !== "string" || was === input ? [] : [name, ...settingDetails(["stdin"], was, input)];
  });
  const there = [...state.keys()].flatMap((text) => {
    const name = parseName(text);
    return name?.kind === "container" && name.host === host.name ? [name.name] : [];
  });
  const declared = host.services.map(({ name }) => name);
  return [
    ...settings,
    ...declared.filter((name) => !there.includes(name)).map((name) => `${name} is new`),
    ...there.filter((name) => !declared.includes(name)).map((name) => `${name} is declared no longer`),
  ];
}

const hostOf = (name: string): string[] => {
  const host = parseName(name)?.host;
  return host === undefined ? [] : [host];
};
