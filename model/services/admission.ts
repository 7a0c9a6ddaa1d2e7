import { memoryLimit } from "./limits.js";
import { isDockerSocket, isSystemPath } from "../compose/host-paths.js";
import type { HostConfig } from "../config/settings.js";
import type { ProblemCode } from "../yaml/codes.js";
import type { Problem } from "../yaml/problem.js";
import type { ServiceModel } from "../types.js";
import type { Project } from "./project.js";
import type { Path, Source } from "../yaml/source.js";

/** A service and where it stands. */
interface Placed {
  readonly service: ServiceModel;
  readonly source: Source;
}

/** What may not run on a host although it is well-formed: each rule that a service breaks. */
export function admit(name: string, host: HostConfig, projects: readonly Project[]): Problem[] {
  const problems: Problem[] = [];
  const placed = projects.flatMap(({ services, source }) => services.map((service) => ({ service, source })));
  for (const { service, source } of placed) {
    const complain: Complain = (path, code, message, prose) => {
      problems.push(source.problem(["services", service.key, ...path], code, message, { prose }));
    };
    checkImage(service, complain);
    checkPlatform(service, name, host, complain);
    checkMounts(service, complain);
    checkPrivileges(service, complain);
  }
  return [...problems, ...checkTwice(placed), ...checkProjects(projects), ...checkMemory(name, host, placed)];
}

type Complain = (path: Path, code: ProblemCode, message: string, prose: string) => void;

/** As Docker's own: a registry, and the parts of a path in small letters. */
const IMAGE =
  /^(?<name>([a-zA-Z0-9][a-zA-Z0-9.-]*(:\d+)?\/)?[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*(\/[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*)*)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>sha256:[a-f0-9]{64}))?$/;
const LONGEST_IMAGE = 400;

function checkImage({ definition: { image } }: ServiceModel, complain: Complain): void {
  const reference = IMAGE.exec(image)?.groups;
  if (reference === undefined || image.length > LONGEST_IMAGE) {
    complain(["image"], "malformed", `"${image}" is not an image reference`, "write NAME:TAG");
  } else if (reference["tag"] === undefined) {
    complain(
      ["image"],
      "untagged-image",
      `${image} has no tag`,
      `write ${image}:VERSION, so that everyone runs the same`,
    );
  } else if (reference["tag"] === "latest" && reference["digest"] === undefined) {
    complain(["image"], "moving-tag", `${image} is whatever was pushed last`, "write the version as its tag");
  }
}

function checkMounts({ volumes, definition }: ServiceModel, complain: Complain): void {
  volumes.forEach((volume, i) => {
    if (volume.type !== "bind") {
      return;
    }
    const { source } = volume;
    const place = ["volumes", i];
    if (isDockerSocket(source)) {
      if (definition["x-homelab"]["socket-reason"] === undefined) {
        complain(
          place,
          "socket-without-reason",
          "whoever has Docker's socket owns the host",
          "use a socket proxy, or say why in x-homelab.socket-reason",
        );
      }
    } else if (isSystemPath(source)) {
      complain(
        place,
        "system-path",
        `${source} is a directory of the system`,
        "mount only the part that the service needs",
      );
    }
  });
}

function checkPlatform({ definition }: ServiceModel, name: string, { platform }: HostConfig, complain: Complain): void {
  const { platforms } = definition["x-homelab"];
  if (platform !== undefined && platforms !== undefined && !platforms.includes(platform)) {
    const message = `${definition.image} does not exist for ${platform}, which ${name} is`;
    const prose = `it exists for ${platforms.join(", ")}; put the service on another host`;
    complain(["image"], "image-for-other-platform", message, prose);
  }
}

function checkPrivileges({ definition }: ServiceModel, complain: Complain): void {
  if (definition.privileged && definition["x-homelab"]["privileged-reason"] === undefined) {
    complain(
      ["privileged"],
      "privileged-without-reason",
      "a privileged container owns its host",
      "say why in x-homelab.privileged-reason, or use cap_add",
    );
  }
}

/** Two services of a host cannot publish one port or have one name. */
function checkTwice(placed: readonly Placed[]): Problem[] {
  const problems: Problem[] = [];
  const holders = new Map<string, string>();
  const names = new Map<string, Placed>();
  for (const { service, source } of placed) {
    const { key } = service;
    const namesake = names.get(service.name);
    if (namesake !== undefined) {
      const at = ["services", key, "container_name"];
      const elsewhere = namesake.source.file === source.file ? "" : ` in ${namesake.source.file}`;
      const message = `${service.name} is already the container of ${namesake.service.key}${elsewhere}`;
      const prose =
        elsewhere === ""
          ? "give each its own name"
          : "write another name there; what both files declare in the same words runs once";
      problems.push(source.problem(at, "duplicate-container", message, { prose }));
    }
    names.set(service.name, { service, source });
    service.ports.forEach((port, i) => {
      if (port.published === undefined) {
        return;
      }
      const place = `${port.published}/${port.protocol}`;
      const holder = holders.get(place);
      if (holder !== undefined) {
        const message = `port ${place} of the host is already taken by ${holder}`;
        const remedy = { prose: "choose another published port" };
        problems.push(source.problem(["services", key, "ports", i], "duplicate-port", message, remedy));
      }
      holders.set(place, key);
    });
  }
  return problems;
}

/** Networks and volumes are named after their project. */
function checkProjects(projects: readonly Project[]): Problem[] {
  const files = new Map<string, string>();
  return projects.flatMap(({ name, source }) => {
    const other = files.get(name);
    files.set(name, source.file);
    return other === undefined
      ? []
      : [
          source.problem(
            ["name"],
            "duplicate-project",
            `${other} on the same host has the project name "${name}" too`,
            { prose: "write another name: at the top" },
          ),
        ];
  });
}

const MIB = 2 ** 20;
/** What the system itself needs: a fifth of the memory, and at least this many bytes. */
const RESERVE_BYTES = 128 * MIB;
const RESERVE_SHARE = 0.2;

function checkMemory(name: string, { memory }: HostConfig, placed: readonly Placed[]): Problem[] {
  const [first] = placed;
  if (memory === undefined || first === undefined) {
    return [];
  }
  const free = memory - Math.max(RESERVE_BYTES, memory * RESERVE_SHARE);
  const limits = placed.reduce((sum, { service }) => sum + (memoryLimit(service.definition) ?? 0), 0);
  if (limits <= free) {
    return [];
  }
  const inMib = (value: number): string => `${Math.round(value / MIB)} MiB`;
  const message = `on ${name} the memory limits add up to ${inMib(limits)}, but its ${inMib(memory)} less a reserve leave ${inMib(free)}`;
  const remedy = { prose: "lower limits or switch services off under homelab:services" };
  return [first.source.problem(["services"], "memory-exceeded", message, remedy)];
}
