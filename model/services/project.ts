import { composeFile } from "../compose/file.js";
import type { ComposeService } from "../compose/service.js";
import type { Config } from "../config/settings.js";
import type { NetworkModel, ServiceModel, VolumeModel } from "../types.js";
import { interpolate } from "../compose/interpolate.js";
import { inDependencyOrder } from "./order.js";
import { volumesOf } from "./mounts.js";
import { networksOf } from "./networks.js";
import { planService } from "./planner.js";
import { Planning } from "./planning.js";
import type { ProjectArgs } from "./planning.js";
import { checkAudiences } from "./ports.js";
import type { Problem } from "../yaml/problem.js";
import { parseWith } from "../yaml/schema.js";
import { scopeOf } from "./scope.js";
import { sourcesIn } from "../compose/secret-sources.js";
import type { SecretSources } from "../compose/secret-sources.js";
import type { Path, Source } from "../yaml/source.js";

/** The services of one Compose file on one host, and what they need there. */
export interface Project {
  readonly source: Source;
  readonly name: string;
  /** Services that are on. */
  readonly services: readonly ServiceModel[];
  /** Services that are on and run as part of an earlier file of the host, which declares them in the same words (twins.ts). */
  readonly twins: readonly ServiceModel[];
  /** Every service of the file, also those that are off. */
  readonly known: readonly string[];
  readonly networks: readonly NetworkModel[];
  readonly volumes: readonly VolumeModel[];
  /** Where its secrets come from. */
  readonly secretSources: SecretSources;
}

/** Plans a Compose file for a host. Undefined if the file cannot be read, in which case there are problems. */
export function planProject(given: ProjectArgs): Project | undefined {
  const { source, problems } = given;
  const sources = sourcesIn(source.data);
  const args = given.assumeSecrets === true ? { ...given, config: withSecrets(given.config, sources) } : given;
  const scope = {
    ...scopeOf(args.stack, args.host, args.config, sources),
    placeholders: args.placeholders ?? {},
  };
  const { data, problems: unresolved } = interpolate(source, scope);
  const malformed: Problem[] = [];
  const file = parseWith(composeFile, withoutTemplates(data), source, [], malformed);
  const known = new Set(unresolved.map(({ problem }) => problem.path));
  problems.push(...malformed.filter(({ path }) => !known.has(path)));
  if (file === undefined) {
    problems.push(...unresolved.map(({ problem }) => problem).filter((it) => !isBelow(it, malformed)));
    return undefined;
  }
  const isOn = (key: string): boolean => args.config.services[key] ?? file.services[key]?.profiles.length === 0;
  const on = Object.entries(file.services).filter(([key]) => isOn(key));
  problems.push(...unresolved.filter(({ path }) => concerns(path, on)).map(({ problem }) => problem));

  const planning = new Planning(args, file);
  Object.entries(file.services).forEach(([key, definition]) => {
    checkAudiences(planning, ["services", key], definition);
  });
  const services = on.map(([key, definition]) => planService(planning, key, definition, isOn));
  return {
    source,
    name: planning.name,
    services: inDependencyOrder(services, source, problems),
    twins: [],
    known: Object.keys(file.services),
    networks: networksOf(planning, services),
    volumes: volumesOf(planning, services),
    secretSources: sources,
  };
}

/** A secret below a key that is unknown, such as a misspelled environment:, is no mistake of its own. */
const isBelow = ({ code, path }: Problem, malformed: readonly Problem[]): boolean =>
  code === "misplaced-secret" && malformed.some((it) => it.code === "unknown-key" && path.startsWith(`${it.path}.`));

function withSecrets(config: Config, sources: SecretSources): Config {
  const assumed = Object.fromEntries(Object.keys(sources).map((name) => [name, { secure: "" }]));
  return { ...config, secrets: { ...assumed, ...config.secrets } };
}

/** Keys with x- at the top are places for YAML anchors, as in Compose. */
function withoutTemplates(data: unknown): unknown {
  return typeof data === "object" && data !== null && !Array.isArray(data)
    ? Object.fromEntries(Object.entries(data).filter(([key]) => !key.startsWith("x-") || key === "x-secrets"))
    : data;
}

/** Is a place part of what is on? What is off needs no values and no secrets. */
function concerns([section, key]: Path, on: readonly (readonly [string, ComposeService])[]): boolean {
  const uses = (kind: "configs" | "secrets"): boolean =>
    on.some(([, it]) => it[kind].some(({ source }) => source === key));
  switch (section) {
    case "services":
      return on.some(([name]) => name === key);
    case "configs":
    case "secrets":
      return uses(section);
    default:
      return !String(section).startsWith("x-");
  }
}
