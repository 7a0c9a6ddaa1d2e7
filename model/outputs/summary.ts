import type { Opening } from "../firewall/opening.js";
import type { HostModel } from "../types.js";
import type { Output, Section } from "./output.js";

/** One line of "what runs where". */
interface ServiceSummary {
  image: string;
  /** Where a browser finds it; empty for a service without a page. */
  urls: string[];
}

/** One line of "who may reach what". */
interface OpeningSummary {
  /** null where Docker chooses one. */
  port: number | null;
  protocol: Opening["protocol"];
  kind: Opening["kind"];
  /** Name of the service or of the program. */
  what: string;
  /** Audiences, and subnets of homelab:admin.from. */
  from: string[];
}

/** What runs on a host and who may reach it. */
export interface HostSummary {
  role: string | null;
  address: string;
  services: Record<string, ServiceSummary>;
  /** By port; what is not among them is shut. */
  openings: OpeningSummary[];
}

type Hosts = Readonly<Record<string, HostSummary>>;

/** What runs where, and who may reach what. */
export const summary: Output<Hosts> = {
  name: "hosts",
  derive: ({ hosts }) => Object.fromEntries(hosts.map((host) => [host.name, summarize(host)])),
  show: (hosts) => [whatRunsWhere(hosts), whoMayReachWhat(hosts)],
};

export const summarize = ({ role, address, services, openings }: HostModel): HostSummary => ({
  role: role ?? null,
  address,
  services: Object.fromEntries(
    services.map(({ name, definition, urls }) => [name, { image: definition.image, urls: [...urls] }]),
  ),
  openings: openings.map(({ port, protocol, kind, what, from }) => ({
    port: port ?? null,
    protocol,
    kind,
    what,
    from: [...from],
  })),
});

const whatRunsWhere = (hosts: Hosts): Section => ({
  title: "What runs where",
  head: ["host", "role", "service", "image", "open"],
  rows: Object.entries(hosts).flatMap(([name, { address, role, services }]) =>
    Object.entries(services).map(([service, { image, urls }], i) => [
      ...(i === 0 ? [`${name}\n${address}`, role ?? ""] : ["", ""]),
      service,
      image,
      urls.join("\n"),
    ]),
  ),
});

const whoMayReachWhat = (hosts: Hosts): Section => ({
  title: "Who may reach what",
  head: ["host", "port", "what", "audience"],
  rows: Object.entries(hosts).flatMap(([name, { openings }]) =>
    openings.map(({ port, protocol, what, from }) => [
      name,
      `${port ?? "chosen by Docker"}/${protocol}`,
      what,
      from.join(", "),
    ]),
  ),
});
