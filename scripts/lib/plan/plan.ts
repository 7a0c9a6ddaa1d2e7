import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation/index.js";
import { hostInUrn, nameInUrn, parseName, TAILNET_NAMES } from "../../../model/resource-names.js";
import type { ResourceName } from "../../../model/resource-names.js";
import type { PlannedChange } from "../../../model/review/verdict.js";
import { containerDetails } from "./container.js";
import { settingDetails } from "./setting.js";
import { policyDetails, TAILNET_ROW } from "./tailnet.js";

/** What the engine would do to one thing of a host, and what is different. */
export interface Change extends PlannedChange {
  /** What is different, a line each; without the values of secrets. */
  readonly details: readonly string[];
}

/** What the engine would do, by the name of its step; steps that change nothing are left out. */
export const ACTIONS: Readonly<Record<string, Change["action"]>> = {
  create: "create",
  update: "update",
  delete: "delete",
  replace: "replace",
  "create-replacement": "replace",
};

/** Kinds that only hold others together, or belong to the program's own bookkeeping. */
const SILENT: readonly ResourceName["kind"][] = ["host", "settings", "containers", "engine", "leftovers"];

/** Is it a part of a host or the policy of the tailnet, that is, something that an owner knows of? */
export function isShown(name: string): boolean {
  const kind = parseName(name)?.kind;
  return name === TAILNET_NAMES.policy || (kind !== undefined && !SILENT.includes(kind));
}

/** What is different about the environment of a service that the engine hides; undefined where nobody knows. */
export type HiddenEnvironments = (host: string, service: string) => readonly string[] | undefined;

/**
 * What a preview says, thing by thing, in the engine's order.
 *
 * @param hidden knows the environments that the engine hides; @default nobody does
 */
export function planOf(events: readonly EngineEvent[], hidden: HiddenEnvironments = () => undefined): Change[] {
  const changes = new Map<string, Change>();
  for (const { resourcePreEvent } of events) {
    const change = resourcePreEvent && changeOf(resourcePreEvent.metadata, hidden);
    // A replacement has several steps, of which not every one says what is different.
    if (change !== undefined) {
      const key = `${change.host}/${change.kind}/${change.name}`;
      const known = changes.get(key);
      changes.set(key, known !== undefined && change.details.length === 0 ? known : change);
    }
  }
  return [...changes.values()];
}

function changeOf(metadata: StepEventMetadata, hidden: HiddenEnvironments): Change | undefined {
  const action = ACTIONS[metadata.op];
  if (action !== undefined && nameInUrn(metadata.urn) === TAILNET_NAMES.policy) {
    const { old, new: now } = metadata;
    const before: Readonly<Record<string, unknown>> = old?.inputs ?? {};
    const after: Readonly<Record<string, unknown>> = now?.inputs ?? {};
    const details = action === "update" ? policyDetails(before["acl"], after["acl"]) : [];
    const kept = action === "delete" && old?.retainOnDelete === true;
    return { host: TAILNET_ROW, kind: "setting", name: "policy", action, kept, details };
  }
  const host = hostInUrn(metadata.urn);
  const resource = parseName(nameInUrn(metadata.urn));
  if (action === undefined || host === undefined || resource === undefined || !isShown(nameInUrn(metadata.urn))) {
    return undefined;
  }
  const { kind } = resource;
  const name =
    resource.kind === "file" ? `${resource.service}${resource.path}` : "name" in resource ? resource.name : host;
  return {
    host,
    kind,
    name,
    action,
    kept: action === "delete" && metadata.old?.retainOnDelete === true,
    details: action === "update" || action === "replace" ? detailsOf(kind, metadata, () => hidden(host, name)) : [],
  };
}

function detailsOf(
  kind: ResourceName["kind"],
  { old, new: now, diffs, detailedDiff }: StepEventMetadata,
  hidden: () => readonly string[] | undefined,
): string[] {
  const before: Readonly<Record<string, unknown>> = old?.inputs ?? {};
  const after: Readonly<Record<string, unknown>> = now?.inputs ?? {};
  const changed = [...new Set([...(diffs ?? []), ...Object.keys(detailedDiff ?? {})].map(rootOf))];
  switch (kind) {
    case "container":
      return containerDetails(changed, before, after, hidden());
    case "setting":
      return settingDetails(changed, before["stdin"], after["stdin"]);
    default:
      return [];
  }
}

/** The property that a path such as `envs[3]` or `healthcheck.tests` begins with. */
export const rootOf = (path: string): string => path.split(/[.[]/, 1)[0] ?? path;
