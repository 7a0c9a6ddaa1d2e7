import type { Audience } from "../audience.js";
import type { Opening } from "../firewall/opening.js";
import type { HostModel, ServiceModel } from "../types.js";
import { labelledNames } from "./dns.js";

type Place = Pick<HostModel, "address" | "openings">;

/** URLs of a service: by the names that lead to it, then by the address of its host. */
export const pagesOf = (host: Place, { definition, routes, urls }: ServiceModel): string[] => [
  ...new Set([
    ...routes.map(({ name }) => `https://${name}`),
    ...labelledNames(definition).map((name) => `${entrances(host).some(isHttps) ? "https" : "http"}://${name}`),
    ...urls,
  ]),
];

/** Who may reach a service: its own ports, or without any those by which the names that lead to it are reached. */
export function audienceOf(host: Place, service: ServiceModel): Audience[] {
  const own = ownOpenings(host, service).flatMap(({ from }) => from);
  const { routes, definition } = service;
  const byName = [
    ...routes.flatMap(({ audience }) => audience),
    ...(routes.length === 0 && labelledNames(definition).length > 0 ? entrances(host).flatMap(({ from }) => from) : []),
  ];
  return [...new Set(own.length > 0 ? own : byName)];
}

/** Where a service is found: the first of its URLs, or else of its ports; empty if nothing reaches it from outside. */
export function whereOf(host: Place, service: ServiceModel): string {
  const [page] = pagesOf(host, service);
  const [opening] = ownOpenings(host, service).filter(({ port }) => port !== undefined);
  if (page !== undefined || opening === undefined) {
    return page ?? "";
  }
  return `${host.address}:${opening.port ?? ""}${opening.protocol === "udp" ? "/udp" : ""}`;
}

const isOfService = ({ kind }: Opening): boolean => kind === "published" || kind === "listens";

const ownOpenings = ({ openings }: Place, { name }: ServiceModel): Opening[] =>
  openings.filter((opening) => isOfService(opening) && opening.what === name);

/** The ports of a host by which names lead to its services. */
const entrances = ({ openings }: Place): Opening[] =>
  openings.filter(
    (opening) => isOfService(opening) && opening.protocol === "tcp" && (isHttps(opening) || opening.port === 80),
  );

const isHttps = ({ port }: Opening): boolean => port === 443;
