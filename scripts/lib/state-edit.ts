import { z } from "zod";
import { renameInHook, renameInUrn } from "../../model/resource-names.js";

// The engine's state, as `pulumi stack export` prints it and `pulumi stack import` takes it (apitype.DeploymentV3 of
// github.com/pulumi/pulumi). Only what is changed here is described; all else is passed on as it is.

const resource = z.looseObject({ urn: z.string() });
type Resource = z.infer<typeof resource>;
const exported = z.looseObject({
  deployment: z.looseObject({
    resources: z.array(resource).default([]),
    pending_operations: z.array(z.looseObject({ resource })).optional(),
  }),
});

/** What the owner declared of a thing, and what it is: no reference to another resource. */
const VALUES = ["inputs", "outputs"];
const HOOKS = "resourceHooks";

/** The state, as the engine exports it, in which a host has another name. */
export const withRenamedHost = (state: string, from: string, to: string): string =>
  edited(state, (it) =>
    Object.fromEntries(
      Object.entries(it).map(([key, value]) => [
        key,
        VALUES.includes(key)
          ? value
          : mapStrings(value, (text) => (key === HOOKS ? renameInHook : renameInUrn)(text, from, to)),
      ]),
    ),
  );

/** The state in which some things are not removed from their host when they are declared no longer. */
export const withRetained = (state: string, urns: readonly string[]): string =>
  edited(state, (it) => (urns.includes(it.urn) ? { ...it, retainOnDelete: true } : it));

/** The state with resources behind those that it has. */
export function withResources(state: string, resources: readonly { readonly urn: string }[]): string {
  const { deployment, ...rest } = exported.parse(JSON.parse(state));
  return JSON.stringify({
    ...rest,
    deployment: { ...deployment, resources: [...deployment.resources, ...resources] },
  });
}

function edited(state: string, change: (it: Resource) => object): string {
  const { deployment, ...rest } = exported.parse(JSON.parse(state));
  const pending = deployment.pending_operations?.map((it) => ({ ...it, resource: change(it.resource) }));
  const resources = deployment.resources.map(change);
  return JSON.stringify({
    ...rest,
    deployment: { ...deployment, resources, ...(pending !== undefined && { pending_operations: pending }) },
  });
}

function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") {
    return change(value);
  }
  if (Array.isArray(value)) {
    return value.map((it) => mapStrings(it, change));
  }
  return typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, it]) => [key, mapStrings(it, change)]))
    : value;
}
