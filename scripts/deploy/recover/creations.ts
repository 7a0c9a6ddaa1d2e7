import { randomUUID } from "node:crypto";
import { z } from "zod";
import { hostInUrn, nameInUrn, OWN_TYPES } from "../../../model/resource-names.js";
import { isFields, mapped } from "../../lib/secret-values.js";
import type { SeenObjects } from "./objects.js";

const fields = z.record(z.string(), z.unknown());
const urns = z
  .array(z.string())
  .nullish()
  .transform((it) => it ?? []);

/** What is read of an update plan of the engine: apitype.DeploymentPlanV1 of github.com/pulumi/pulumi. */
const updatePlan = z.object({
  resourcePlans: z.record(
    z.string(),
    z.object({
      goal: z
        .object({
          type: z.string(),
          custom: z.boolean(),
          inputDiff: z.object({ adds: fields.optional() }).optional(),
          parent: z.string().optional(),
          provider: z.string().optional(),
          dependencies: urns,
          propertyDependencies: z.record(z.string(), urns).default({}),
        })
        .nullish(),
      steps: z.array(z.string()).nullish(),
    }),
  ),
});

/** A resource as a state has it. */
interface NewResource {
  readonly urn: string;
  readonly type: string;
  readonly custom: boolean;
  readonly id?: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly parent?: string;
  readonly provider?: string;
  readonly dependencies: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
}

/** In place of what only a deployment would show (plugin.UnknownStringValue of the engine's SDK). */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const STACK = "pulumi:pulumi:Stack";
const ENGINE = "pulumi:providers:docker";

const CONTAINER = "docker:index/container:Container";
/** What the Docker provider has of a container that declares none of these, and does not read back. */
const NOT_READ = { attach: false, logs: false, envs: [] };

/** What an update plan would create although the hosts have it. */
interface Creations {
  /** As a state has it, each behind all that it refers to; the provider reads the rest of an object's outputs. */
  readonly resources: readonly NewResource[];
  /** Is there an object of which the plan does not know yet how it is declared? */
  readonly more: boolean;
}

/**
 * What an update plan would create although the hosts have it: the objects that are there, and what has no existence but in a
 * state, which are components and the providers of the hosts' engines.
 *
 * @param plan its text
 * @param known URNs of what the state has
 */
export function creationsIn(plan: string, seen: SeenObjects, known: ReadonlySet<string>): Creations {
  const { resourcePlans } = updatePlan.parse(JSON.parse(plan));
  const providers = new Map<string, string>();
  let more = false;
  const created = Object.entries(resourcePlans).flatMap(([urn, { goal, steps }]): NewResource[] => {
    if (!goal || !steps?.includes("create")) {
      return [];
    }
    const { type, custom, inputDiff, parent, provider, dependencies, propertyDependencies } = goal;
    const inputs = inputDiff?.adds ?? {};
    const id = !custom ? undefined : type === ENGINE ? randomUUID() : seen.get(nameInUrn(urn))?.id;
    const isOwn = !custom && (type === STACK || type.startsWith(OWN_TYPES));
    if (!isOwn && (id === undefined || hostInUrn(urn) === undefined)) {
      return [];
    }
    if (isUnknown(inputs)) {
      more = true;
      return [];
    }
    if (type === ENGINE) {
      providers.set(urn, `${urn}::${id ?? ""}`);
    }
    return [
      {
        ...{ urn, type, custom, inputs, dependencies, propertyDependencies },
        ...(id !== undefined && { id }),
        ...(parent !== undefined && { parent }),
        ...(provider !== undefined && { provider }),
        outputs: {
          ...(type === CONTAINER && NOT_READ),
          ...outputsOf(inputs),
          ...(custom && type !== ENGINE && { id }),
        },
      },
    ];
  });
  const resources = created.map((it) =>
    it.provider === undefined ? it : { ...it, provider: providers.get(urnOf(it.provider)) ?? it.provider },
  );
  return { resources: inOrder(resources, known), more };
}

const isUnknown = (inputs: unknown): boolean => JSON.stringify(inputs).includes(UNKNOWN);

/** The URN in a reference to a provider, which ends with the provider's ID. */
const urnOf = (reference: string): string => reference.slice(0, reference.lastIndexOf("::"));

/** What inputs come to where nothing is added: without what the engine notes for itself. */
const outputsOf = (inputs: NewResource["inputs"]): NewResource["outputs"] =>
  Object.fromEntries(
    Object.entries(inputs)
      .filter(([key]) => !key.startsWith("__"))
      .map(([key, value]) => [key, withoutNotes(value)]),
  );

const withoutNotes = (value: unknown): unknown =>
  isFields(value) ? outputsOf(value) : mapped(value, (it) => withoutNotes(it));

/** Each behind all that it refers to; without references to what no state has. */
function inOrder(resources: readonly NewResource[], known: ReadonlySet<string>): readonly NewResource[] {
  const there = new Set([...known, ...resources.map(({ urn }) => urn)]);
  const isThere = (urn: string): boolean => there.has(urn);
  const left = resources.map((it) => ({
    ...it,
    dependencies: it.dependencies.filter(isThere),
    propertyDependencies: Object.fromEntries(
      Object.entries(it.propertyDependencies).map(([property, on]) => [property, on.filter(isThere)]),
    ),
  }));
  const ordered: NewResource[] = [];
  const done = new Set(known);
  for (let ready = true; ready;) {
    const next = left.filter((it) => !done.has(it.urn) && needsOf(it).every((urn) => done.has(urn)));
    next.forEach(({ urn }) => done.add(urn));
    ordered.push(...next);
    ready = next.length > 0;
  }
  return ordered;
}

const needsOf = ({ parent, provider, dependencies }: NewResource): string[] => [
  ...(parent === undefined ? [] : [parent]),
  ...(provider === undefined ? [] : [urnOf(provider)]),
  ...dependencies,
];
