import { checkAddresses } from "./addresses.js";
import { checkPorts } from "./host-ports.js";
import type { HostPort } from "./host-ports.js";
import { memoryLimit } from "./limits.js";
import { checkMounts } from "./mount-rules.js";
import { followsFrom } from "./consequences.js";
import { checkShared } from "./shared-names.js";
import type { Subnet } from "../subnet.js";
import { ROUTER_RULE } from "../labels.js";
import type { HostConfig } from "../config/settings.js";
import type { Problem } from "../yaml/problem.js";
import type { ServiceModel } from "../types.js";
import type { Complain } from "./mount-rules.js";
import type { Project } from "./project.js";
import { isTraefik } from "./proxies.js";
import type { Source } from "../yaml/source.js";

/** A service and the Compose file that declares it. */
interface Placed {
  readonly service: ServiceModel;
  readonly source: Source;
  /** Name of the Compose project. */
  readonly project: string;
}

/** A host, and what is to run on it. */
interface Admission {
  readonly name: string;
  readonly host: HostConfig;
  readonly projects: readonly Project[];
  readonly lan: readonly Subnet[];
  /** Ports of the host that it needs itself. */
  readonly taken: readonly HostPort[];
}

/** What may not run on a host although it is well-formed: each rule that a service breaks. */
export function admit({ name, host, projects, lan, taken }: Admission): Problem[] {
  const problems: Problem[] = [];
  const placed = projects.flatMap(({ services, source, name: project }) =>
    services.map((service) => ({ service, source, project })),
  );
  for (const { service, source } of placed) {
    const complain: Complain = (path, code, message, prose) => {
      problems.push(source.problem(["services", service.key, ...path], code, message, { prose }));
    };
    checkImage(service, complain);
    checkPlatform(service, name, host, complain);
    checkMounts(service, complain);
    checkPrivileges(service, complain);
    checkRoutes(service, name, placed, complain);
  }
  const found = [
    ...problems,
    ...checkNames(placed),
    ...checkPorts(placed, taken),
    ...checkAddresses(projects, { lan }),
    ...checkShared(projects),
    ...checkProjects(projects),
    ...checkMemory(name, host, placed),
  ];
  // What one file lacks may show in another of the host.
  const lost = projects.flatMap((project) => project.lost);
  return found.filter((problem) => !followsFrom(lost, problem));
}

/** As Docker's own: a registry, and the parts of a path in small letters. */
const IMAGE =
  /^(?<name>([a-zA-Z0-9][a-zA-Z0-9.-]*(:\d+)?\/)?[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*(\/[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*)*)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>sha256:[a-f0-9]{64}))?$/;
const LONGEST_IMAGE = 400;

function checkImage({ definition: { image } }: ServiceModel, complain: Complain): void {
  const reference = IMAGE.exec(image)?.groups;
  if (reference === undefined || image.length > LONGEST_IMAGE) {
    complain(["image"], "malformed", `"${image}" is not an image reference`, "write NAME:TAG");
  } else if (reference["tag"] === undefined && reference["digest"] === undefined) {
    complain(
      ["image"],
      "untagged-image",
      `${image} has no tag`,
      `write ${image}:VERSION, so that every deployment runs the same`,
    );
  } else if (reference["tag"] === "latest" && reference["digest"] === undefined) {
    complain(["image"], "moving-tag", `${image} changes with every push`, "write a version as the tag");
  }
}

function checkPlatform({ definition }: ServiceModel, name: string, { platform }: HostConfig, complain: Complain): void {
  const { platforms } = definition["x-homelab"];
  if (platform !== undefined && platforms !== undefined && !platforms.includes(platform)) {
    const message = `${definition.image} does not exist for ${platform}, the platform of ${name}`;
    const prose = `it exists for ${platforms.join(", ")}; put the service on another host`;
    complain(["image"], "image-for-other-platform", message, prose);
  }
}

function checkPrivileges({ definition }: ServiceModel, complain: Complain): void {
  if (definition.privileged && definition["x-homelab"]["privileged-reason"] === undefined) {
    complain(
      ["privileged"],
      "privileged-without-reason",
      "a privileged container has root on the host",
      "say why in x-homelab.privileged-reason, or use cap_add",
    );
  }
}

/** Two services of a host cannot have one name; of a file, the one that was given it by container_name is the mistake. */
function checkNames(placed: readonly Placed[]): Problem[] {
  const names = new Map<string, Placed>();
  const isGiven = ({ service }: Placed): number => Number(service.definition.container_name !== undefined);
  const ordered = [...placed].sort((a, b) => (a.source === b.source ? isGiven(a) - isGiven(b) : 0));
  return ordered.flatMap((it) => {
    const namesake = names.get(it.service.name);
    names.set(it.service.name, namesake ?? it);
    return namesake === undefined ? [] : [sameContainer(it, namesake, placed)];
  });
}

/** Traefik sees the containers of its own host alone: without one, a name would lead to nobody. */
function checkRoutes(
  { definition: { labels } }: ServiceModel,
  host: string,
  placed: readonly Placed[],
  complain: Complain,
): void {
  const route = Object.keys(labels).find((label) => ROUTER_RULE.test(label));
  if (route !== undefined && !placed.some(({ service }) => isTraefik(service))) {
    const message = `a route leads to Traefik, and ${host} has none`;
    const prose = "put the service on the host with Traefik, or remove the label and publish a port";
    complain(["labels", route], "route-without-proxy", message, prose);
  }
}

/** Characters of a name that is proposed; a container may have a few more (compose/service.ts). */
const LONGEST_NAME = 60;

/** A host has one container of a name, whichever Compose file it is from. */
function sameContainer({ service, source, project }: Placed, other: Placed, placed: readonly Placed[]): Problem {
  const holder = other.source === source ? `the service ${other.service.key}` : other.source.file;
  const taken = new Set(placed.map((it) => it.service.name));
  const name = `${project}-${service.key}`.toLowerCase().slice(0, LONGEST_NAME);
  const [free = name] = [name, ...placed.map((_, i) => `${name}-${i + 2}`)].filter((it) => !taken.has(it));
  return source.problem(
    ["services", service.key, "container_name"],
    "duplicate-container",
    `${holder} has a container "${service.name}" on this host already`,
    { prose: `write container_name: ${free}` },
    ...(other.source === source ? [] : [{ prose: "declare it in the same words as there: then it runs once" }]),
  );
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
            `${other} on the same host has the same project name, "${name}"`,
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
  const limitOf = ({ service: { definition } }: Placed): number => memoryLimit(definition) ?? 0;
  const [largest] = [...placed].sort((a, b) => limitOf(b) - limitOf(a));
  if (memory === undefined || largest === undefined) {
    return [];
  }
  const free = memory - Math.max(RESERVE_BYTES, memory * RESERVE_SHARE);
  const limits = placed.reduce((sum, it) => sum + limitOf(it), 0);
  if (limits <= free) {
    return [];
  }
  const inMib = (value: number): string => `${Math.round(value / MIB)} MiB`;
  const { service, source } = largest;
  const at = service.definition.mem_limit === undefined ? ["deploy", "resources", "limits", "memory"] : ["mem_limit"];
  const message = `the memory limits on ${name} add up to ${inMib(limits)}, but only ${inMib(free)} of its ${inMib(memory)} are for services; this limit is the largest`;
  const remedy = { prose: "lower this or others, or switch services off under homelab:services" };
  return [source.problem(["services", service.key, ...at], "memory-exceeded", message, remedy)];
}
