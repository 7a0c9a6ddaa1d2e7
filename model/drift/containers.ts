import type { DriftHost, Found, Leftover } from "./findings.js";
import type { ServiceModel } from "../types.js";
import { FORMER_SUFFIX } from "../helper.js";
import { MOUNTS } from "../share-paths.js";
import { missingToolkit } from "./gpus.js";
import { inTheWay } from "./in-the-way.js";
import type { ContainerReport, NetworkReport, ProbeReport } from "./report.js";
import { shareIn } from "../share-paths.js";

/** What is found of one kind of thing, the names of those to recreate, and what is removed. */
export interface EngineDrift {
  readonly found: readonly Found[];
  readonly repair: ReadonlySet<string>;
  readonly leftovers: readonly Leftover[];
}

/** What a finding says. */
type Said = Pick<Found, "code" | "words">;

const LEFT_OVER: Said = { code: "left-over", words: "left over from an interrupted deployment" };
const REMOVED: Said = { code: "removed", words: "removed" };
const DEAD: Said = { code: "dead", words: "Docker began to remove it and could not" };
const RECREATED: Said = { code: "recreated", words: "recreated by something else (Watchtower?)" };

/** How the containers of a host differ from how they were made. */
export function containerDrift(host: DriftHost, report: ProbeReport): EngineDrift {
  if (report.containers === null) {
    return {
      found: [containerFinding("docker", { code: "engine-silent", words: "does not answer" })],
      repair: new Set(),
      leftovers: [],
    };
  }
  const there = report.containers;
  const declared = new Map(host.services.map((service) => [service.name, service]));
  const seen = there
    .filter(({ service }) => service !== "")
    .flatMap((container) => {
      const service = declared.get(container.name);
      return service === undefined ? [] : [{ container, ...stateOf(container, service, report, there) }];
    });
  const leftovers = there.filter(
    ({ name, service, record }) =>
      service !== "" && !declared.has(name) && record !== "own" && !isAwaited(name, declared, there),
  );
  return {
    found: [
      ...seen.flatMap(({ container, said }) => said.map((it) => containerFinding(container.name, it))),
      ...leftovers.map(({ name }): Found => ({
        kind: "leftover",
        name,
        subject: `container ${name}`,
        ...LEFT_OVER,
      })),
      ...seen.flatMap(({ container }) => formerFiles(container)),
      ...host.services.flatMap((service) => inTheWay(host, service, there, report)),
      ...host.services.flatMap((service) => missingToolkit(service, there, report)),
      ...strangers(host, there),
    ],
    repair: new Set(seen.filter(({ repair }) => repair).map(({ container }) => container.name)),
    leftovers: leftovers.map(({ id }) => ({ kind: "container", id })),
  };
}

/** Is it the former of a container that is still to be made? Should that fail, this one takes its place again. */
function isAwaited(
  name: string,
  declared: ReadonlyMap<string, ServiceModel>,
  there: readonly ContainerReport[],
): boolean {
  const successor = name.endsWith(FORMER_SUFFIX) ? name.slice(0, -FORMER_SUFFIX.length) : "";
  return declared.has(successor) && !there.some((it) => it.name === successor && it.record === "own");
}

/** How the networks of a host differ from how they were made. */
export function networkDrift(host: DriftHost, { networks }: ProbeReport): EngineDrift {
  const declared = new Set(host.networks.map(({ name }) => name));
  const lost = (networks ?? []).filter(
    ({ name, record, removed }) => declared.has(name) && (removed || record !== "own"),
  );
  const leftovers = (networks ?? []).filter(({ name, record }) => !declared.has(name) && record !== "own");
  return {
    found: [
      ...lost.map(({ name, removed, record }) => networkFinding("container", name, lostNetwork(removed, record))),
      ...leftovers.map(({ name }) => networkFinding("leftover", name, LEFT_OVER)),
    ],
    repair: new Set(lost.map(({ name }) => name)),
    leftovers: leftovers.map(({ id }) => ({ kind: "network", id })),
  };
}

function lostNetwork(removed: boolean, record: NetworkReport["record"]): Said {
  return removed
    ? REMOVED
    : record === "none"
      ? LEFT_OVER
      : { code: "recreated", words: "recreated by something else" };
}

/** What is wrong with a container, and whether another one in its place would be better. */
function stateOf(
  container: ContainerReport,
  service: ServiceModel,
  report: ProbeReport,
  there: readonly ContainerReport[],
): { said: readonly Said[]; repair: boolean } {
  const { record, state, changed } = container;
  const again = (said: Said): ReturnType<typeof stateOf> => ({ said: [said], repair: true });
  const broken = brokenness(container);
  if (state === "dead" || state === "removing") {
    return again(DEAD);
  }
  const failed = report.rolledBack?.find(({ name }) => name === service.name);
  if (failed !== undefined) {
    return { said: [rolledBack(failed), ...broken], repair: true };
  }
  if (record !== "own") {
    return { said: [record === "none" ? LEFT_OVER : RECREATED, ...broken], repair: true };
  }
  if (isForeign(container)) {
    return { said: broken, repair: false };
  }
  if (state === "removed") {
    return again(REMOVED);
  }
  if (state !== "running" && state !== "restarting" && !hasFinished(container, service)) {
    const shares = awaited(service, report);
    if (shares.length > 0) {
      const words = `waits for ${shares.join(" and ")}, and starts once that is mounted`;
      return { said: [{ code: "waiting-for-share", words }], repair: false };
    }
    const code = state === "paused" ? "paused" : "stopped";
    return again({ code, words: code });
  }
  const byHand: Said[] =
    changed.length > 0 ? [{ code: "changed", words: `changed by hand (${changed.join(", ")})` }] : [];
  const stale = (container.stale ?? []).filter(({ kind }) => kind !== "file").map(({ path }) => path);
  const mounts: Said[] =
    stale.length > 0
      ? [{ code: "stale-mount", words: `uses what was replaced on the host since it started (${stale.join(", ")})` }]
      : [];
  const network: Said[] = hasStaleNetwork(container, service, there)
    ? [
        {
          code: "stale-network",
          words: `has no network: ${service.networkOf ?? ""}, whose network it shares, was restarted`,
        },
      ]
    : [];
  // One that does not work as it was declared does not work any better once it is recreated.
  return {
    said: [...byHand, ...mounts, ...network, ...broken],
    repair: byHand.length + mounts.length + network.length > 0,
  };
}

/** A deployment tries again: what kept it from coming up may be gone. */
function rolledBack({ at, how }: NonNullable<ProbeReport["rolledBack"]>[number]): Said {
  const when = `${new Date(at * 1000).toISOString().slice(0, 16).replace("T", " at ")} UTC`;
  return how === "back"
    ? { code: "rolled-back", words: `rolled back on ${when}: its new container did not come up, the former one runs` }
    : {
        code: "held",
        words:
          `stopped on ${when}: its new version did not come up, and may have changed its data. The former container is ` +
          "kept until one comes up; declare its former version to go back, or x-homelab: {rollback: true} to have that done",
      };
}

/** Did it start before the container whose network it shares? Then it has the one that is gone. */
function hasStaleNetwork(
  { state, startedAt }: ContainerReport,
  { networkOf }: ServiceModel,
  there: readonly ContainerReport[],
): boolean {
  const carrier = there.find(({ name }) => networkOf !== undefined && name === networkOf);
  return state === "running" && (startedAt ?? Infinity) < (carrier?.startedAt ?? 0);
}

/** Seconds after which a start counts as a success, as with Docker's own restart policies. */
const STARTED_SECONDS = 10;

/** Runs at this moment, and not long enough to tell whether it goes on. */
export const justStarted = ({ state, upSeconds }: ContainerReport): boolean =>
  state === "running" && upSeconds !== null && upSeconds < STARTED_SECONDS;

/** Does it end again and again? In between it runs. */
export const keepsRestarting = (container: ContainerReport): boolean =>
  container.state === "restarting" || (container.restarts > 0 && justStarted(container));

/** Was it built for what its host is not? Where the host emulates that, it runs. */
const isForeign = ({ builtFor, state }: ContainerReport): boolean =>
  typeof builtFor === "string" && state !== "running";

function brokenness(container: ContainerReport): Said[] {
  if (isForeign(container)) {
    const words = `cannot run here: its image is for ${String(container.builtFor)}, which is not this host's architecture`;
    return [{ code: "wrong-architecture", words }];
  }
  if (keepsRestarting(container)) {
    return [{ code: "restarting", words: "keeps restarting" }];
  }
  return container.health === "unhealthy" ? [{ code: "unhealthy", words: "unhealthy" }] : [];
}

/** Mount points that a service needs and that its host's mounts do not have: another container would not start either. */
function awaited({ volumes }: ServiceModel, { settings }: ProbeReport): string[] {
  const folders = volumes.flatMap((volume) => {
    const share = volume.type === "bind" ? shareIn(volume.source) : undefined;
    return share === undefined ? [] : [`${MOUNTS}/${share}`];
  });
  const missing = settings["mounts"]?.drift ?? [];
  return folders.filter((folder) => missing.some(({ code, item }) => code === "not-mounted" && item === folder));
}

/** Files that an editor or a package has replaced: the container goes on with the former ones, which may be as well. */
function formerFiles({ name, state, stale }: ContainerReport): Found[] {
  const files = (stale ?? []).filter(({ kind }) => kind === "file").map(({ path }) => path);
  if (files.length === 0 || state !== "running") {
    return [];
  }
  const words = `still has the former ${files.join(", ")}, which the host has replaced since it started`;
  const remedy = { command: `npm run restart -- ${name}` };
  return [{ kind: "note", code: "noticed", name, subject: name, words, remedy }];
}

/** One that ended well and that nobody restarts has done what it was made for. */
export function hasFinished({ state, exitCode }: ContainerReport, { definition: { restart } }: ServiceModel): boolean {
  return state === "exited" && exitCode === 0 && (restart === "no" || restart.startsWith("on-failure"));
}

/** Containers of others whose ports nobody reaches any more once the firewall is there. */
function strangers(host: DriftHost, there: readonly ContainerReport[]): Found[] {
  const declared = new Set(
    host.services.flatMap(({ ports }) => ports.map((it) => `${it.published ?? ""}/${it.protocol}`)),
  );
  return host.settings.some(({ name }) => name === "firewall")
    ? there
        .filter(({ service }) => service === "")
        .map(({ name, ports }) => ({ name, closed: ports.filter((port) => !declared.has(port)) }))
        .filter(({ closed }) => closed.length > 0)
        .map(({ name, closed }): Found => {
          const words = `not declared; publishes ${closed.join(", ")}, which the firewall closes`;
          return { kind: "note", code: "ports-closed", name, subject: `container ${name}`, words };
        })
    : [];
}

const containerFinding = (name: string, said: Said): Found => ({ kind: "container", name, subject: name, ...said });

const networkFinding = (kind: "container" | "leftover", name: string, said: Said): Found => ({
  kind,
  name,
  subject: `network ${name}`,
  ...said,
});
