import { isWithin } from "../compose/read.js";
import type { Lost } from "../compose/read.js";
import type { ProblemCode } from "../yaml/codes.js";
import type { Problem } from "../yaml/problem.js";
import { formatPath } from "../yaml/source.js";
import type { Path } from "../yaml/source.js";

type Concerns = (lost: Path, problem: Problem) => boolean;

const inSection =
  (...names: readonly string[]): Concerns =>
  ([section]) =>
    names.includes(String(section));

/** Is a key of some service lost, or a whole service? */
const ofAnyService =
  (...keys: readonly string[]): Concerns =>
  ([section, , key]) =>
    section === "services" && (key === undefined || keys.includes(String(key)));

/** What x-homelab of the service itself would say. */
const ofItsHomelab: Concerns = ([section, service, key], { path }) =>
  section === "services" && key === "x-homelab" && path.startsWith(`services.${String(service)}.`);

/** What a problem may come from that is elsewhere than the problem. */
const ELSEWHERE: Partial<Record<ProblemCode, Concerns>> = {
  "no-audience": ofItsHomelab,
  "no-listens": ofItsHomelab,
  "useless-ports": ofItsHomelab,
  "random-port": ofItsHomelab,
  "privileged-without-reason": ofItsHomelab,
  "socket-without-reason": ofItsHomelab,
  "mount-without-reason": ofItsHomelab,
  "route-without-proxy": ofAnyService("image"),
  "dependency-without-healthcheck": ofAnyService("healthcheck"),
  "duplicate-container": ofAnyService("container_name"),
  // Only container:NAME looks for a name that another service may give itself.
  "unknown-service": (lost, problem) =>
    problem.path.endsWith(".network_mode") && ofAnyService("container_name")(lost, problem),
  "nothing-on": ofAnyService(),
  "outside-subnet": inSection("networks"),
  "conflicting-networks": inSection("networks"),
  "conflicting-volumes": inSection("volumes"),
  "own-nas-volume": inSection("volumes"),
  "duplicate-project": inSection("name"),
};

/** Is a problem only what malformed parts of the same file lead to? With those, it goes. */
export const followsFrom = (lost: readonly Lost[], problem: Problem): boolean =>
  lost.some(
    ({ path, refused }) =>
      !refused && (follows(problem.path, formatPath(path)) || ELSEWHERE[problem.code]?.(path, problem) === true),
  );

/** Is a mistake at one path, as in a.b[0].c, only what another at the second leads to: at the same place, or around it? */
export const follows = (path: string, cause: string): boolean =>
  path === cause || (/^[.[]/.test(cause.slice(path.length)) && cause.startsWith(path) && DEEP.test(path));
/** A value of a service, or deeper. */
const DEEP = /^[^.]+\.[^.]+\.[^.]+/;

/** Is something of the top level not there because it, or the whole section, is malformed? */
export const isLost = (lost: readonly Lost[], at: Path): boolean => lost.some(({ path }) => isWithin(at, path));
