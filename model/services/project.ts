import { readCompose } from "../compose/read.js";
import type { LanDriver } from "../compose/file.js";
import type { Lost } from "../compose/read.js";
import type { ComposeService } from "../compose/service.js";
import type { Config } from "../config/settings.js";
import type { NetworkModel, ServiceModel, VolumeModel } from "../types.js";
import { interpolate } from "../compose/interpolate.js";
import { follows, followsFrom } from "./consequences.js";
import { inDependencyOrder } from "./order.js";
import { checkNasVolumes, volumesOf } from "./mounts.js";
import { externalNetworksOf, networksOf } from "./networks.js";
import { planService } from "./planner.js";
import { Planning } from "./planning.js";
import type { ProjectArgs } from "./planning.js";
import { checkAudiences } from "./ports.js";
import type { ProblemCode } from "../yaml/codes.js";
import type { Problem } from "../yaml/problem.js";
import { ownerOf, scopeOf } from "./scope.js";
import type { Owner } from "./scope.js";
import { sourcesIn } from "../compose/secret-sources.js";
import type { SecretSources } from "../compose/secret-sources.js";
import { placeOf, switchOf } from "./switches.js";
import type { Switchable } from "./switches.js";
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
  readonly known: readonly Switchable[];
  readonly networks: readonly NetworkModel[];
  readonly volumes: readonly VolumeModel[];
  /** The file's keys of networks and of volumes, by Docker's names. */
  readonly networkKeys: Readonly<Record<string, string>>;
  readonly volumeKeys: Readonly<Record<string, string>>;
  /** By Docker's name each network that is there already; the driver if its containers have addresses of the LAN. */
  readonly externalNetworks: Readonly<Record<string, LanDriver | undefined>>;
  /** Where its secrets come from. */
  readonly secretSources: SecretSources;
  /** Whose names it refers to. */
  readonly owner: Owner;
  /** Parts of the file that are malformed, for which there are problems; all else is planned as if they were not there. */
  readonly lost: readonly Lost[];
}

/** Plans a Compose file for a host. Undefined if nothing of the file can be read, in which case there are problems. */
export function planProject(given: ProjectArgs): Project | undefined {
  const { problems } = given;
  const sources = sourcesIn(given.source.data);
  const owner = ownerOf(given.source.file, nameIn(given.source.data) ?? given.defaultName);
  const args = given.assumeSecrets === true ? { ...given, config: withSecrets(given.config, sources, owner) } : given;
  const scope = {
    ...scopeOf(args.stack, args.host, args.config, sources, owner),
    placeholders: placeholdersFor(args, owner),
  };
  const { data, problems: unresolved } = interpolate(given.source, scope);
  const { file, malformed, lost, source } = readCompose(withoutTemplates(data), given.source);
  const causes = unresolved.filter(({ problem }) => !isBelow(problem, malformed));
  problems.push(...malformed.filter(({ path }) => !causes.some(({ problem }) => follows(path, problem.path))));
  if (file === undefined) {
    problems.push(...causes.map(({ problem }) => problem));
    return undefined;
  }
  const known = Object.entries(file.services).map(([key, { container_name: name = key }]) => ({
    host: args.host,
    key,
    name,
    ours: owner.ours,
  }));
  const switches = new Map(known.map((it) => [it.key, switchOf(args.config, it)]));
  const isOn = (key: string): boolean => switches.get(key) ?? file.services[key]?.profiles.length === 0;
  const on = Object.entries(file.services).filter(([key]) => isOn(key));
  const found: Problem[] = [];
  if (on.length === 0 && known.every(({ key }) => switches.get(key) === undefined)) {
    found.push(...nothingOn(source, known));
  }
  // What is off needs no value, unless it cannot be read without.
  const isNeeded = ({ path, problem }: (typeof causes)[number]): boolean =>
    concerns(path, on) || malformed.some((it) => follows(it.path, problem.path));
  problems.push(...causes.filter(isNeeded).map(({ problem }) => problem));

  const planning = new Planning({ ...args, source, problems: found }, file, lost);
  Object.entries(file.services).forEach(([key, definition]) => {
    checkAudiences(planning, ["services", key], definition);
  });
  checkNasVolumes(planning);
  const services = on.map(([key, definition]) => planService(planning, key, definition, isOn));
  const ordered = inDependencyOrder(services, source, found);
  const unknown = causes.flatMap(({ path, problem: { code } }) =>
    HAS_NO_VALUE.has(code) ? [{ path, refused: false }] : [],
  );
  const notThere = [...lost, ...unknown];
  problems.push(...found.filter((it) => !followsFrom(notThere, it)));
  return {
    source,
    name: planning.name,
    services: ordered,
    twins: [],
    known,
    networks: networksOf(planning, services),
    volumes: volumesOf(planning, services),
    networkKeys: keysByName(planning, "networks"),
    volumeKeys: keysByName(planning, "volumes"),
    externalNetworks: externalNetworksOf(planning),
    secretSources: sources,
    owner,
    lost: notThere,
  };
}

/** What is said of a reference in whose place nothing can be put. */
const HAS_NO_VALUE: ReadonlySet<string> = new Set<ProblemCode>([
  "undefined-variable",
  "malformed-reference",
  "misplaced-secret",
]);

/** A secret below a key that is unknown, such as a misspelled environment:, is no mistake of its own. */
const isBelow = ({ code, path }: Problem, malformed: readonly Problem[]): boolean =>
  code === "misplaced-secret" && malformed.some((it) => it.code === "unknown-key" && path.startsWith(`${it.path}.`));

/** A value that the project has of its own is no sample's. */
const placeholdersFor = ({ config, placeholders = {} }: ProjectArgs, { project }: Owner): Record<string, Problem> =>
  Object.fromEntries(
    Object.entries(placeholders).filter(([name]) => !Object.hasOwn(config.projects[project]?.values ?? {}, name)),
  );

/** A file all of whose services wait for a profile deploys nothing, unless the owner has decided on one of them. */
const nothingOn = (source: Source, known: readonly Switchable[]): Problem[] =>
  known.slice(0, 1).map((first) => {
    const message = "every service of the file has a profile, and so none is on";
    const prose = `write homelab:services: {${placeOf(first)}: true}`;
    return source.problem(["services"], "nothing-on", message, { prose });
  });

const keysByName = (planning: Planning, section: "networks" | "volumes"): Record<string, string> =>
  Object.fromEntries(Object.keys(planning.file[section]).map((key) => [planning.dockerName(section, key), key]));

/** The project's name, before the file is checked as a whole. */
function nameIn(data: unknown): string | undefined {
  const name: unknown = typeof data === "object" && data !== null && "name" in data ? data.name : undefined;
  return typeof name === "string" ? name : undefined;
}

function withSecrets(config: Config, sources: SecretSources, { project, ours }: Owner): Config {
  const assumed = Object.fromEntries(Object.keys(sources).map((name) => [name, { secure: "" }]));
  if (ours) {
    return { ...config, secrets: { ...assumed, ...config.secrets } };
  }
  const own = config.projects[project] ?? { values: {}, secrets: {}, shared: [] };
  const shared = own.shared.filter((name) => Object.hasOwn(config.secrets, name));
  const missing = Object.fromEntries(Object.entries(assumed).filter(([name]) => !shared.includes(name)));
  const secrets = { ...missing, ...own.secrets };
  return { ...config, projects: { ...config.projects, [project]: { ...own, secrets } } };
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
