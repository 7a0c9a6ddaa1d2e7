import { stringify } from "yaml";
import type { Config } from "../config/settings.js";
import type { HomelabModel, HostModel, ServiceModel } from "../types.js";
import { pagesOf } from "./pages.js";

/** A tile as Homepage takes it: gethomepage.dev/configs/services. */
interface Tile {
  readonly icon: string;
  readonly href: string;
  readonly description?: string;
  /** What it asks to see whether the service answers. */
  readonly siteMonitor?: string;
  readonly widget?: Readonly<Record<string, unknown>>;
}

/**
 * Homepage's services.yaml: whatever has a page, by group, in the order of the declaration.
 *
 * @param on name of the host that Homepage runs on
 */
export function homepageFile({ hosts }: HomelabModel, on: string, links: Config["links"]): string {
  const groups = new Map<string, Record<string, Tile>[]>();
  for (const host of hosts) {
    for (const service of host.services) {
      const found = tileOf(host, service, on, links);
      if (found !== undefined) {
        const { group, name, tile } = found;
        groups.set(group, [...(groups.get(group) ?? []), { [name]: tile }]);
      }
    }
  }
  return stringify([...groups].map(([group, tiles]) => ({ [group]: tiles })));
}

function tileOf(
  host: HostModel,
  service: ServiceModel,
  on: string,
  links: Config["links"],
): { readonly group: string; readonly name: string; readonly tile: Tile } | undefined {
  const [named] = pagesOf(host, service);
  const page = links === "names" ? named : (service.urls[0] ?? named);
  const { tile: said = {} } = service.definition["x-homelab"];
  if (page === undefined || said === false) {
    return undefined;
  }
  const siteMonitor = service.urls.find((url) => url.startsWith("http:") && isSeenFrom(host, service, on));
  return {
    group: said.group ?? host.name,
    name: said.name ?? titleOf(service.key),
    tile: {
      icon: said.icon ?? `${service.key}.png`,
      href: `${page}${said.path ?? ""}`,
      ...(said.description !== undefined && { description: said.description }),
      ...(siteMonitor !== undefined && { siteMonitor }),
      ...(said.widget !== undefined && { widget: said.widget }),
    },
  };
}

/** Does a container on that host reach the service's page by its host's address? */
const isSeenFrom = (host: HostModel, { ports }: ServiceModel, on: string): boolean =>
  ports.some(
    ({ scheme, audience }) => scheme !== undefined && audience.includes(host.name === on ? "containers" : "lan"),
  );

const titleOf = (key: string): string => key.charAt(0).toUpperCase() + key.slice(1).replaceAll(/[-_.]/g, " ");
