import { checkAudience, isLocalOnly } from "../audience.js";
import type { Audience } from "../audience.js";
import type { ComposeService } from "../compose/service.js";
import { worldOf } from "../config/world.js";
import type { PortModel, ServiceModel } from "../types.js";
import type { Path } from "../yaml/source.js";
import type { Planning } from "./planning.js";

const DEFAULT_PORTS = { http: 80, https: 443 };

/** The ports of a service, each with its audience. */
export function portsOf(planning: Planning, at: Path, definition: ComposeService): PortModel[] {
  return definition.ports.map((port, i) => {
    const place = [...at, "ports", i];
    const audience = port.audience ?? definition["x-homelab"].audience;
    if (audience === undefined) {
      const long = `{target: ${port.target}, published: "${port.published ?? port.target}", protocol: ${port.protocol}, x-audience: [lan]}`;
      const message = `port ${port.target} is published without an audience`;
      planning.complain(place, "no-audience", message, { prose: `write ${long}` });
    }
    if (definition.network_mode === "host") {
      const prose = `write x-homelab: {listens: [{port: ${port.published ?? port.target}, protocol: ${port.protocol}, audience: [lan]}]}`;
      planning.complain(place, "useless-ports", "Docker publishes no ports with network_mode: host", { prose });
    } else if (port.published === undefined && audience !== undefined && !isLocalOnly(audience)) {
      const message = `port ${port.target} has no published port, so Docker picks one that no firewall rule can name`;
      planning.complain(place, "random-port", message, { prose: `write published: "${port.target}"` });
    }
    return { ...port, audience: audience ?? [] };
  });
}

/** The ports of the host on which a service listens itself. */
export function listensOf(
  planning: Planning,
  at: Path,
  { network_mode, "x-homelab": { listens } }: ComposeService,
): ServiceModel["listens"] {
  if (network_mode !== "host") {
    listens.forEach((_, i) => {
      const message = "only a service with network_mode: host listens on the host itself";
      planning.complain([...at, "x-homelab", "listens", i], "useless-listens", message, { prose: "use ports:" });
    });
  }
  return listens;
}

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
  const { audience, listens } = definition["x-homelab"];
  check(["x-homelab", "audience"], audience);
  listens.forEach((it, i) => {
    check(["x-homelab", "listens", i, "audience"], it.audience);
  });
  definition.ports.forEach((it, i) => {
    check(["ports", i, "x-audience"], it.audience);
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
