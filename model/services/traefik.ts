import type { HomelabModel, RouteModel } from "../types.js";
import { stringify } from "yaml";

// What Traefik is told of a route: doc.traefik.io/traefik/reference/routing-configuration. By labels, if it runs on the
// host of the service, or else in a file.

/** A name of Traefik's: in labels a dot would be a level of its own. */
const idOf = ({ name }: RouteModel): string => name.replaceAll(".", "_");

/** A service that speaks HTTPS behind Traefik has a certificate that nobody has signed. */
const SELF_SIGNED = "self-signed";

/**
 * The labels by which the Traefik of the same host learns of a route.
 *
 * @param port in the container
 * @param network where Traefik finds the container
 */
export function labelsOfRoute(route: RouteModel, port: number, network: string | undefined): Record<string, string> {
  const id = idOf(route);
  const server = `traefik.http.services.${id}.loadbalancer.server`;
  return {
    "traefik.enable": "true",
    ...(network !== undefined && { "traefik.docker.network": network }),
    [`traefik.http.routers.${id}.rule`]: ruleOf(route),
    [`traefik.http.routers.${id}.service`]: id,
    [`${server}.port`]: String(port),
    ...(route.scheme === "https" && {
      [`${server}.scheme`]: "https",
      [`traefik.http.services.${id}.loadbalancer.serverstransport`]: `${SELF_SIGNED}@file`,
    }),
    ...(route.allowed !== undefined && {
      [`traefik.http.middlewares.${id}.ipallowlist.sourcerange`]: route.allowed.join(","),
      [`traefik.http.routers.${id}.middlewares`]: id,
    }),
  };
}

const ruleOf = ({ name }: RouteModel): string => `Host(\`${name}\`)`;

/** The file by which the Traefik of a host learns of the routes to services that Docker does not tell it of. */
export function traefikFile({ hosts }: HomelabModel, host: string): string {
  const routes = hosts
    .flatMap(({ services }) => services.flatMap((service) => service.routes))
    .filter(({ proxy, backend }) => proxy.host === host && backend !== undefined)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const by = <Value>(value: (route: RouteModel) => Value, which = routes): Record<string, Value> =>
    Object.fromEntries(which.map((route) => [idOf(route), value(route)]));
  const restricted = routes.filter(({ allowed }) => allowed !== undefined);
  return stringify({
    http: {
      // Traefik refuses a section without content.
      ...(routes.length > 0 && {
        routers: by((route) => ({
          rule: ruleOf(route),
          service: idOf(route),
          ...(route.allowed !== undefined && { middlewares: [idOf(route)] }),
        })),
        services: by(({ backend, scheme }) => ({
          loadBalancer: {
            servers: [{ url: backend }],
            ...(scheme === "https" && { serversTransport: SELF_SIGNED }),
          },
        })),
      }),
      ...(restricted.length > 0 && {
        middlewares: by(({ allowed }) => ({ ipAllowList: { sourceRange: allowed } }), restricted),
      }),
      serversTransports: { [SELF_SIGNED]: { insecureSkipVerify: true } },
    },
  });
}
