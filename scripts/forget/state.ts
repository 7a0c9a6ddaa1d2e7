import { nameInUrn, OWN_TYPES, parseName } from "../../model/resource-names.js";
import { remedyText } from "../../model/yaml/remedy.js";
import { suggest } from "../../model/yaml/suggest.js";
import { UserError } from "../lib/command.js";
import type { StateResource } from "../lib/operation.js";

/** What the state knows of a host. */
export interface HostInState {
  /** URN of its component. */
  readonly urn: string;
  /** The component and all below it, in the state's order. */
  readonly resources: readonly StateResource[];
}

/**
 * Everything that the state has of a host.
 *
 * @throws UserError if there is no such host in it, or if something of another host depends on this one
 */
export function hostInState(resources: readonly StateResource[], host: string): HostInState {
  const stack = resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.urn;
  const hosts = resources.filter(({ type, parent }) => parent === stack && type.startsWith(OWN_TYPES));
  const component = hosts.find(({ urn }) => nameInUrn(urn) === host);
  if (component === undefined) {
    const known = hosts.map(({ urn }) => nameInUrn(urn));
    const instead = remedyText(suggest(host, known));
    throw new UserError(`The state has no host "${host}": ${instead}`);
  }
  const within = new Set([component.urn]);
  for (const { urn, parent } of resources) {
    // A parent comes before its children in the state.
    if (parent !== undefined && within.has(parent)) {
      within.add(urn);
    }
  }
  const outside = resources.filter(
    ({ urn, dependencies = [] }) => !within.has(urn) && dependencies.some((it) => within.has(it)),
  );
  if (outside.length > 0) {
    const names = outside.map(({ urn }) => nameInUrn(urn)).join(", ");
    throw new UserError(
      `${host} cannot be forgotten as it is: ${names} depend on it. Change what they take from it, deploy, then forget it.`,
    );
  }
  return { urn: component.urn, resources: resources.filter(({ urn }) => within.has(urn)) };
}

/** What would be forgotten, one line a resource; the program's own bookkeeping is left out. */
export function describeHost({ resources }: HostInState): string[] {
  return resources.flatMap(({ urn }) => {
    const it = parseName(nameInUrn(urn));
    const what = it && ("name" in it ? it.name : it.kind === "file" ? `${it.path} of ${it.service}` : undefined);
    return it === undefined || what === undefined ? [] : [`  ${it.kind.padEnd(10)} ${what}`];
  });
}
