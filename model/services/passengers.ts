import type { ComposeService } from "../compose/service.js";
import type { Path } from "../yaml/source.js";
import type { Planning } from "./planning.js";

/** The key of the service whose network a service shares; undefined for one that shares none, or if there is no such. */
export function networkSharedBy(planning: Planning, at: Path, definition: ComposeService): string | undefined {
  const [kind, name = ""] = definition.network_mode?.split(":") ?? [];
  if (kind !== "service" && kind !== "container") {
    return undefined;
  }
  const { services } = planning.file;
  const place = [...at, "network_mode"];
  const byContainer = Object.keys(services).find((key) => (services[key]?.container_name ?? key) === name);
  const key = kind === "service" ? name : byContainer;
  const carrier = key === undefined || !Object.hasOwn(services, key) ? undefined : services[key];
  if (key === undefined || carrier === undefined) {
    if (kind === "service") {
      planning.unknown(place, "service", name, Object.keys(services), (it) => `network_mode: service:${it}`);
    } else {
      const message = `no service of this file has the container ${name}`;
      planning.complain(place, "unknown-service", message, {
        prose: "put both services into one Compose file, and write network_mode: service:NAME",
      });
    }
    return undefined;
  }
  if (carrier === definition || carrier.network_mode?.includes(":") === true) {
    const message = `${key} has no network of its own`;
    planning.complain(place, "conflicting-keys", message, { prose: "name the service whose network both are to have" });
    return undefined;
  }
  checkPassenger(planning, at, key, definition);
  return key;
}

/** What belongs to a network is said of the one that has it; Docker refuses the rest. */
function checkPassenger(planning: Planning, at: Path, key: string, definition: ComposeService): void {
  if (definition.ports.length > 0) {
    const message = `it has the network of ${key}, whose ports these are`;
    planning.complain([...at, "ports"], "useless-ports", message, { prose: `move them to ports: of ${key}` });
  }
  const given = {
    hostname: definition.hostname !== undefined,
    domainname: definition.domainname !== undefined,
    dns: definition.dns.length > 0,
    dns_search: definition.dns_search.length > 0,
    dns_opt: definition.dns_opt.length > 0,
    extra_hosts: definition.extra_hosts.length > 0,
  };
  for (const [name, isGiven] of Object.entries(given)) {
    if (isGiven) {
      const message = `${name} belongs to the network, which is that of ${key}`;
      planning.complain([...at, name], "conflicting-keys", message, { prose: `move it to ${key}` });
    }
  }
}
