import { posix } from "node:path";
import type { Config } from "./config.js";
import type { Problem } from "./errors.js";
import type { ServiceModel } from "./homelab.js";
import type { Project } from "./project.js";
import type { Path } from "./source.js";

const DOCKER_SOCKET = "/var/run/docker.sock";
/** Directories whose loan to a container gives it the host. Files below some of them are ordinary to mount. */
const SYSTEM_PATHS = [
  "/",
  "/bin",
  "/boot",
  "/dev",
  "/etc",
  "/lib",
  "/proc",
  "/root",
  "/run",
  "/sbin",
  "/sys",
  "/usr",
  "/var",
];

/** What may not run on a host although it is well-formed: each rule that a service breaks. */
export function admit(host: string, { services, source }: Project, config: Config): Problem[] {
  const problems: Problem[] = [];
  const complain = (at: Path, message: string, hint?: string): void => {
    problems.push(source.problem(at, message, hint));
  };
  for (const service of services) {
    const at: Path = ["services", service.key];
    checkImage(service, at, complain);
    checkMounts(service, at, complain);
    const { privileged, "x-homelab": own } = service.definition;
    if (privileged && own["privileged-reason"] === undefined) {
      complain(
        [...at, "privileged"],
        "a privileged container owns its host",
        "say why in x-homelab.privileged-reason, or use cap_add",
      );
    }
  }
  checkTwice(services, complain);
  checkMemory(host, services, config, complain);
  return problems;
}

type Complain = (at: Path, message: string, hint?: string) => void;

function checkImage({ definition: { image } }: ServiceModel, at: Path, complain: Complain): void {
  const reference = /^(?<name>[^@]+?)(?::(?<tag>[\w][\w.-]{0,127}))?(?:@(?<digest>sha256:[a-f0-9]{64}))?$/.exec(
    image,
  )?.groups;
  if (reference === undefined) {
    complain([...at, "image"], `"${image}" is not an image reference`, "write NAME:TAG");
  } else if (reference["tag"] === undefined) {
    complain([...at, "image"], `${image} has no tag`, `write ${image}:VERSION, so that everyone runs the same`);
  } else if (reference["tag"] === "latest" && reference["digest"] === undefined) {
    complain([...at, "image"], `${image} is whatever was pushed last`, "write the version as its tag");
  }
}

function checkMounts({ volumes, definition }: ServiceModel, at: Path, complain: Complain): void {
  volumes.forEach((volume, i) => {
    if (volume.type !== "bind") {
      return;
    }
    const source = posix.normalize(volume.source).replace(/(.)\/$/, "$1");
    const place = [...at, "volumes", i];
    if (source === DOCKER_SOCKET || source === "/run/docker.sock") {
      if (definition["x-homelab"]["socket-reason"] === undefined) {
        complain(
          place,
          "whoever has Docker's socket owns the host",
          "use a socket proxy, or say why in x-homelab.socket-reason",
        );
      }
    } else if (SYSTEM_PATHS.includes(source)) {
      complain(place, `${source} is a directory of the system`, "mount only the part that the service needs");
    }
  });
}

/** Two services of a host cannot publish one port or have one name. */
function checkTwice(services: readonly ServiceModel[], complain: Complain): void {
  const holders = new Map<string, string>();
  const names = new Map<string, string>();
  for (const service of services) {
    const { key } = service;
    const namesake = names.get(service.name);
    if (namesake !== undefined) {
      complain(
        ["services", key, "container_name"],
        `${service.name} is already the container of ${namesake}`,
        "give each its own name",
      );
    }
    names.set(service.name, key);
    service.ports.forEach((port, i) => {
      if (port.published === undefined) {
        return;
      }
      const place = `${port.published}/${port.protocol}`;
      const holder = holders.get(place);
      if (holder !== undefined) {
        complain(
          ["services", key, "ports", i],
          `port ${place} of the host is already taken by ${holder}`,
          "choose another published port",
        );
      }
      holders.set(place, key);
    });
  }
}

const MIB = 2 ** 20;
/** What the system itself needs: a fifth of the memory, and at least this many bytes. */
const RESERVE_BYTES = 128 * MIB;
const RESERVE_SHARE = 0.2;

/** Limit of a service's memory in bytes; 0 where there is none. */
export function memoryLimit({ definition: { mem_limit, deploy } }: ServiceModel): number {
  return mem_limit ?? deploy?.resources?.limits?.memory ?? 0;
}

function checkMemory(host: string, services: readonly ServiceModel[], config: Config, complain: Complain): void {
  const memory = config.hosts[host]?.memory;
  if (memory === undefined) {
    return;
  }
  const free = memory - Math.max(RESERVE_BYTES, memory * RESERVE_SHARE);
  const limits = services.reduce((sum, service) => sum + memoryLimit(service), 0);
  if (limits > free) {
    const inMib = (value: number): string => `${Math.round(value / MIB)} MiB`;
    complain(
      ["services"],
      `on ${host} the memory limits add up to ${inMib(limits)}, but its ${inMib(memory)} less a reserve leave ${inMib(free)}`,
      "lower limits or switch services off under homelab:services",
    );
  }
}
