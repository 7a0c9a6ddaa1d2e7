import { checkAudience, isLocalOnly } from "../audience.js";
import type { Audience } from "../audience.js";
import type { PlacedPort } from "../compose/ports.js";
import type { ComposeService } from "../compose/service.js";
import { worldOf } from "../config/world.js";
import type { PortModel, ServiceModel } from "../types.js";
import type { Path } from "../yaml/source.js";
import type { Planning } from "./planning.js";

const DEFAULT_PORTS = { http: 80, https: 443 };

/** The ports of a service, each with its audience. */
export function portsOf(planning: Planning, at: Path, definition: ComposeService): PortModel[] {
  if (definition.network_mode === "host") {
    checkHostPorts(planning, at, definition);
    return [];
  }
  for (const entry of new Set(definition.ports.map((port) => port.at))) {
    const some = definition.ports.filter((port) => port.at === entry);
    checkEntry(planning, [...at, "ports", entry], some, definition);
  }
  return definition.ports.map((port) => ({ ...port, audience: audienceOf(port, definition) ?? [] }));
}

const isLoopback = ({ hostIp }: PlacedPort): boolean => hostIp?.startsWith("127.") === true;

const audienceOf = (port: PlacedPort, definition: ComposeService): readonly Audience[] | undefined =>
  port.audience ?? (isLoopback(port) ? (["localhost"] as const) : definition["x-homelab"].audience);

/** Does one entry of the list, a port or a range, say who may reach it, and where? */
function checkEntry(planning: Planning, place: Path, some: readonly PlacedPort[], definition: ComposeService): void {
  const [port] = some;
  if (port === undefined) {
    return;
  }
  const audience = audienceOf(port, definition);
  const [what, is, has] =
    some.length === 1
      ? [`port ${port.target}`, "is", "has"]
      : [`ports ${port.target} to ${port.target + some.length - 1}`, "are", "have"];
  if (audience === undefined) {
    const prose = some.length === 1 ? `write ${longForm(port, ["lan"])}` : "write x-homelab: {audience: [lan]}";
    planning.complain(place, "no-audience", `${what} ${is} published without an audience`, { prose });
  } else if (isLoopback(port) && !isLocalOnly(audience)) {
    const message = `${port.hostIp ?? ""} is reached from the host itself only, and the audience is wider`;
    const remedies = [{ prose: "write x-audience: [localhost]" }, { prose: "remove host_ip" }];
    planning.complain(place, "loopback-audience", message, ...remedies);
  } else if (port.published === undefined && !isLocalOnly(audience)) {
    const chooses = some.length === 1 ? "Docker picks one" : "Docker picks some";
    const message = `${what} ${has} no published port, so ${chooses} that no firewall rule can name`;
    const prose = `write ${some.length === 1 ? longForm(port, audience) : shortForm(port, some.length)}`;
    planning.complain(place, "random-port", message, { prose });
  }
}

/** A port as it can be written, published under its own number if under none. */
function longForm(
  { target, published = target, protocol, hostIp, scheme }: PlacedPort,
  who: readonly string[],
): string {
  const more = [
    ...(hostIp === undefined ? [] : [`host_ip: ${hostIp}`]),
    `x-audience: [${who.join(", ")}]`,
    ...(scheme === undefined ? [] : [`x-scheme: ${scheme}`]),
  ];
  return `{target: ${target}, published: "${published}", protocol: ${protocol}, ${more.join(", ")}}`;
}

/** A range of ports that are published under their own numbers. */
function shortForm({ target, protocol, hostIp }: PlacedPort, count: number): string {
  const range = `${target}-${target + count - 1}`;
  const address = hostIp === undefined ? "" : `${hostIp}:`;
  return `"${address}${range}:${range}${protocol === "tcp" ? "" : `/${protocol}`}"`;
}

/** With the host's network Docker publishes nothing: who may reach which port is said where there are no ports. */
function checkHostPorts(planning: Planning, at: Path, { ports, "x-homelab": it }: ComposeService): void {
  const audience = `[${(it.audience ?? ["lan"]).join(", ")}]`;
  const listens = ports.map(
    ({ target, protocol }) => `{port: ${target}, protocol: ${protocol}, audience: ${audience}}`,
  );
  if (ports.length > 0) {
    const prose =
      it.listens === undefined
        ? `write x-homelab: {listens: [${listens.join(", ")}]} in place of ports:`
        : "remove ports:, and name under x-homelab.listens what others reach";
    planning.complain([...at, "ports"], "useless-ports", "Docker publishes no ports with network_mode: host", {
      prose,
    });
  } else if (it.listens === undefined) {
    planning.complain(
      [...at, "network_mode"],
      "no-listens",
      "it has the host's own network, and nothing says who may reach which of its ports",
      { prose: `write x-homelab: {listens: [{port: 8080, protocol: tcp, audience: ${audience}}]} with its ports` },
      { prose: "write x-homelab: {listens: []} if nobody but the host itself may" },
    );
  }
}

/** The ports of the host on which a service listens itself. */
export function listensOf(
  planning: Planning,
  at: Path,
  { network_mode, "x-homelab": { listens = [] } }: ComposeService,
): ServiceModel["listens"] {
  if (network_mode !== "host") {
    listens.forEach((_, i) => {
      const message = "only a service with network_mode: host listens on the host itself";
      planning.complain([...at, "x-homelab", "listens", i], "useless-listens", message, { prose: "use ports:" });
    });
  }
  return listens;
}

/** Where a service's route is in its definition, whether it is one or a list of them. */
export const routePath = (routes: readonly unknown[], i: number): Path =>
  routes.length === 1 ? ["x-homelab", "route"] : ["x-homelab", "route", i];

/** Do all audiences that a service names exist? */
export function checkAudiences(planning: Planning, at: Path, definition: ComposeService): void {
  const world = worldOf(planning.args.config);
  const check = (place: Path, audiences: readonly Audience[] = []): void => {
    audiences.forEach((who, i) => {
      const mistake = checkAudience(who, world);
      if (mistake !== undefined) {
        planning.complain([...at, ...place, i], ...mistake);
      }
    });
  };
  const { audience, listens = [], route } = definition["x-homelab"];
  check(["x-homelab", "audience"], audience);
  route.forEach((it, i) => {
    check([...routePath(route, i), "audience"], it.audience);
  });
  listens.forEach((it, i) => {
    check(["x-homelab", "listens", i, "audience"], it.audience);
  });
  definition.ports.forEach((it) => {
    check(["ports", it.at, "x-audience"], it.audience);
  });
}

/** Where a browser finds a port: on the host itself if nobody else may reach it. */
export function urlOf({ args }: Planning, { scheme, published, audience }: PortModel): string | undefined {
  if (scheme === undefined || published === undefined) {
    return undefined;
  }
  const address = isLocalOnly(audience) ? "localhost" : (args.config.hosts[args.host]?.address ?? "");
  return published === DEFAULT_PORTS[scheme] ? `${scheme}://${address}` : `${scheme}://${address}:${published}`;
}

/** Address of the host that a port is bound to: its loopback for the host alone; undefined for all of them. */
export const bindAddress = ({ hostIp, audience }: PortModel): string | undefined =>
  hostIp ?? (isLocalOnly(audience) ? "127.0.0.1" : undefined);
