import { sourcesOf, TAILNET } from "../audience.js";
import type { Audience, World } from "../audience.js";
import { covers } from "../subnet.js";
import type { RouteModel } from "../types.js";
import type { Proxy } from "./proxies.js";
import type { PlacedRoute } from "./routes.js";

const HTTPS = 443;

/** Who may reach a route, and what Traefik has to know of it. */
export function audienceOf(
  { route, at, complain }: PlacedRoute,
  proxy: Proxy,
  world: World,
): Pick<RouteModel, "audience" | "allowed"> {
  const port = proxy.service.ports.find(({ published, protocol }) => published === HTTPS && protocol === "tcp");
  const entrance = port?.audience ?? [];
  const { audience = entrance } = route;
  if (route.audience === undefined) {
    return { audience, allowed: undefined };
  }
  for (const [i, who] of audience.entries()) {
    if (isUnseen(who)) {
      const message = `Traefik tells callers apart by their addresses, and does not know those of ${who}`;
      complain(
        [...at, "audience", i],
        "unusable-audience",
        message,
        "write lan, tailnet, host:NAME, role:ROLE or a name of homelab:audiences",
      );
    } else if (!entrance.includes(who) && !isCovered(who, entrance, world)) {
      const message = `${who} does not reach Traefik, whose port ${HTTPS} on ${proxy.host} is for ${entrance.join(", ") || "nobody"}`;
      complain(
        [...at, "audience", i],
        "unusable-audience",
        message,
        `add ${who} to x-audience of that port in ${proxy.project.source.file}, or remove it here`,
      );
    }
  }
  return { audience, allowed: addressesOf(audience, world) };
}

/** Who is not told by addresses that are known here. */
const isUnseen = (who: Audience): boolean => who === "containers" || who === "localhost" || who.startsWith("tailnet:");

/** Addresses as Traefik sees them; those of hosts on the tailnet are not known. */
const addressesOf = (audience: readonly Audience[], world: World): string[] => [
  ...new Set(
    audience.flatMap((who) =>
      sourcesOf([who], world).flatMap((source): string[] => {
        switch (source.kind) {
          case "subnet":
            return [source.subnet];
          case "tailnet":
            return who === "tailnet" ? [TAILNET.v4, TAILNET.v6] : [];
          case "containers":
            return [];
        }
      }),
    ),
  ),
];

function isCovered(who: Audience, entrance: readonly Audience[], world: World): boolean {
  const open = sourcesOf(entrance, world);
  return sourcesOf([who], world).every((source) =>
    source.kind === "subnet"
      ? open.some((it) => it.kind === "subnet" && covers(it.subnet, source.subnet))
      : open.some((it) => it.kind === source.kind),
  );
}
