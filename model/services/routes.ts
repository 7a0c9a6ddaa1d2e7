import { sourcesOf } from "../audience.js";
import type { Audience, World } from "../audience.js";
import type { ComposeRoute } from "../compose/route.js";
import { worldOf } from "../config/world.js";
import type { Config, HostConfig } from "../config/settings.js";
import { labelsOfRoute } from "./traefik.js";
import { contains } from "../subnet.js";
import type { PortModel, RouteModel, ServiceModel } from "../types.js";
import type { ProblemCode } from "../yaml/codes.js";
import type { Problem } from "../yaml/problem.js";
import type { Path } from "../yaml/source.js";
import { routePath } from "./ports.js";
import type { Project } from "./project.js";
import { isTraefik, readsRoutes } from "./proxies.js";
import { audienceOf } from "./route-audience.js";
import type { Proxy } from "./proxies.js";

// Routes are of the whole homelab: a name leads to the Traefik of the service's own host, or else to the only one of
// another host. On the same host Docker tells Traefik of it, by labels; for another host it has a file.

/** A host and what its Compose files declare. */
export interface PlannedHost {
  readonly name: string;
  readonly host: HostConfig;
  readonly projects: readonly Project[];
}

/** A route, the service that it leads to, and where mistakes go. */
export interface PlacedRoute {
  readonly host: PlannedHost;
  readonly project: Project;
  readonly service: ServiceModel;
  readonly route: ComposeRoute;
  /** Where the route is in the service. */
  readonly at: Path;
  /** @param path in the service */
  readonly complain: (path: Path, code: ProblemCode, message: string, ...prose: readonly string[]) => void;
}

/** Gives services their routes: labels, Traefik's network, and for the Traefik of another host a way to their port. */
export function withRoutes(hosts: readonly PlannedHost[], config: Config, problems: Problem[]): PlannedHost[] {
  const world = worldOf(config);
  const proxies = hosts.flatMap(proxiesOf);
  const taken = new Map<string, string>();
  return hosts.map((host) => ({
    ...host,
    projects: host.projects.map((project) => ({
      ...project,
      services: project.services.map((service) => {
        const all = service.definition["x-homelab"].route;
        return all.reduce((routed, route, i) => {
          const complain: PlacedRoute["complain"] = (path, code, message, ...prose) => {
            const remedies = prose.map((it) => ({ prose: it }));
            problems.push(project.source.problem(["services", service.key, ...path], code, message, ...remedies));
          };
          const placed = { host, project, service: routed, route, at: routePath(all, i), complain };
          return withRoute(placed, { config, world, proxies, taken });
        }, service);
      }),
    })),
  }));
}

const proxiesOf = ({ name, host, projects }: PlannedHost): Proxy[] =>
  projects.flatMap((project) =>
    project.services.filter(isTraefik).map((service) => ({ host: name, address: host.address, project, service })),
  );

interface Homelab {
  readonly config: Config;
  readonly world: World;
  readonly proxies: readonly Proxy[];
  /** Who has a name, by the name. */
  readonly taken: Map<string, string>;
}

function withRoute(placed: PlacedRoute, { config, world, proxies, taken }: Homelab): ServiceModel {
  const { host, service, route } = placed;
  const port = portOf(placed);
  const proxy = proxyFor(placed, proxies);
  if (port === undefined || proxy === undefined) {
    return service;
  }
  const name = nameOf(placed, config.domain, taken);
  const byDocker = proxy.host === host.name && service.definition.network_mode === undefined;
  if (!byDocker && !readsRoutes(proxy)) {
    const message = `Docker does not tell ${proxy.service.name} on ${proxy.host} of this service, and it reads no other routes`;
    const prose = `give it those: a config with x-derived: traefik-routes in ${proxy.project.source.file}, as in docs/routes.md`;
    placed.complain(placed.at, "route-without-proxy", message, prose);
  }
  const backend = byDocker ? undefined : reachable(placed, proxy, port, world);
  const model: RouteModel = {
    name,
    proxy: { host: proxy.host, address: proxy.address },
    ...audienceOf(placed, proxy, world),
    scheme: route.scheme,
    backend: backend && `${route.scheme}://${host.host.address}:${backend.port}`,
  };
  return {
    ...service,
    routes: [...service.routes, model],
    ...(byDocker ? seenByDocker(service, model, proxy, port) : backend?.opened),
  };
}

/** The name of a route in full, which nothing else has. */
function nameOf(
  { host, project, service, route, at, complain }: PlacedRoute,
  domain: string,
  taken: Homelab["taken"],
): string {
  const wished = fullName(route.name ?? service.key, domain);
  const other = `${service.key.replaceAll(/[._]/g, "-")}-${host.name}`;
  if (!isBelow(wished, domain)) {
    const message = `${wished} is not below ${domain}, which is what Traefik has a certificate for`;
    complain([...at, "name"], "malformed", message, "write one word, or a name that ends in the domain");
  }
  const holder = taken.get(wished);
  if (holder !== undefined && !project.owner.ours) {
    complain(
      [...at, "name"],
      "duplicate-route",
      `${wished} leads to ${holder} already`,
      `write another name, as in ${other}`,
    );
  }
  // Of a role that several hosts have, the first has the name.
  const name = holder === undefined ? wished : fullName(other, domain);
  taken.set(name, `${service.name} on ${host.name}`);
  return name;
}

/** Is a name for what Traefik's certificate is for? */
const isBelow = (name: string, domain: string): boolean => name === domain || name.endsWith(`.${domain}`);

/** One word is a name below the homelab's domain. */
const fullName = (name: string, domain: string): string => (name.includes(".") ? name : `${name}.${domain}`);

/** The port in the container that a route leads to. */
function portOf({ service: { definition, networkOf }, route, at, complain }: PlacedRoute): number | undefined {
  if (networkOf !== undefined) {
    const message = `it has the network of ${networkOf}, which is where Traefik finds it`;
    complain(at, "route-of-passenger", message, `write the route in ${networkOf}, with the port of this one`);
    return undefined;
  }
  const { listens = [] } = definition["x-homelab"];
  const known = [...definition.ports.map(({ target }) => target), ...listens.map(({ port }) => port)];
  const [only, ...others] = new Set(known);
  if (route.port === undefined && (only === undefined || others.length > 0)) {
    const message =
      only === undefined ? "nothing says to which port it leads" : "it does not say to which port it leads";
    const name = route.name === undefined ? "" : `name: ${route.name}, `;
    complain(
      at,
      "route-without-port",
      message,
      `write route: {${name}port: ${only ?? "PORT"}}, with the port in the container`,
    );
    return undefined;
  }
  return route.port ?? only;
}

/** The Traefik of its own host, or else the only one. The routes of roles' own files are for homelabs that have one. */
function proxyFor({ host, project, at, complain }: PlacedRoute, proxies: readonly Proxy[]): Proxy | undefined {
  const own = proxies.filter((it) => it.host === host.name);
  const [proxy, ...others] = own.length > 0 ? own : proxies;
  const names = [...new Set([proxy, ...others].flatMap((it) => it?.host ?? []))];
  const isClear = proxy !== undefined && (own.length > 0 || others.length === 0);
  if (isClear || project.owner.ours) {
    return isClear ? proxy : undefined;
  }
  if (proxy === undefined) {
    const message = "a route leads to Traefik, and no host has it";
    complain(
      at,
      "route-without-proxy",
      message,
      "add a service with Traefik to a host, or remove the route and publish a port",
    );
  } else {
    const message = `${host.name} has no Traefik, and several other hosts have: ${names.join(", ")}`;
    complain(at, "ambiguous-proxy", message, "put the service on one of these hosts, or remove the route");
  }
  return undefined;
}

/** A port of the host by which Traefik, outside of its Docker network, finds the service; and the service with that open to it. */
function reachable(
  { host, service, complain }: PlacedRoute,
  proxy: Proxy,
  port: number,
  world: World,
): { readonly port: number; readonly opened: Pick<ServiceModel, "ports" | "listens"> } | undefined {
  const caller: Audience = proxy.host === host.name ? "containers" : `host:${proxy.host}`;
  const isLetIn = (audience: readonly Audience[]): boolean =>
    audience.includes(caller) ||
    (caller !== "containers" &&
      sourcesOf(audience, world).some((it) => it.kind === "subnet" && contains(it.subnet, proxy.address)));
  const withCaller = (audience: readonly Audience[]): readonly Audience[] =>
    isLetIn(audience) ? audience : [...audience, caller];
  const isIt = (it: PortModel): boolean => it.target === port && it.protocol === "tcp" && it.published !== undefined;
  const published = service.ports.find((it) => isIt(it) && [undefined, host.host.address].includes(it.hostIp));
  const listening = service.listens.find((it) => it.port === port && it.protocol === "tcp");
  if (published?.published !== undefined) {
    const ports = service.ports.map((it) => (it === published ? { ...it, audience: withCaller(it.audience) } : it));
    return { port: published.published, opened: { ports, listens: service.listens } };
  }
  if (listening !== undefined) {
    const listens = service.listens.map((it) =>
      it === listening ? { ...it, audience: [...withCaller(it.audience)] } : it,
    );
    return { port, opened: { ports: service.ports, listens } };
  }
  const message = `Traefik runs on ${proxy.host === host.name ? "this host, in a network of Docker's" : proxy.host}, and port ${port} is not published for it`;
  if (service.definition.network_mode === "host") {
    complain(
      ["x-homelab"],
      "route-to-closed-port",
      message,
      `write listens: [{port: ${port}, audience: ["${caller}"]}]`,
    );
  } else {
    const entry = `{target: ${port}, published: "${port}", protocol: tcp, x-audience: ["${caller}"]}`;
    complain([], "route-to-closed-port", message, `write ports: [${entry}]`);
  }
  return undefined;
}

/** What makes a container known to the Traefik of its host: labels, and a network that both are in. */
function seenByDocker(
  service: ServiceModel,
  route: RouteModel,
  proxy: Proxy,
  port: number,
): Pick<ServiceModel, "definition" | "networks"> {
  const shared = proxy.service.networks.find(({ name }) => service.networks.some((it) => it.name === name));
  const [first] = proxy.service.networks;
  const network = shared ?? first;
  const networks =
    shared !== undefined || network === undefined
      ? service.networks
      : [...service.networks, { name: network.name, aliases: [service.key] }];
  const labels = { ...labelsOfRoute(route, port, network?.name), ...service.definition.labels };
  return { definition: { ...service.definition, labels }, networks };
}
