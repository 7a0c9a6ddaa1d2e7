import { isLocalOnly } from "../audience.js";
import type { Audience } from "../audience.js";
import type { ServiceModel } from "../types.js";
import type { Problem } from "../yaml/problem.js";
import type { Path, Source } from "../yaml/source.js";
import { bindAddress } from "./ports.js";

/** A port of the host itself that a program other than a container has, as SSH. */
export interface HostPort {
  readonly port: number;
  readonly protocol: "tcp" | "udp";
  /** Name of the program. */
  readonly what: string;
}

/** Somebody who has a port of a host. */
interface Holder {
  readonly what: string;
  /** Address of the host, IPv4; undefined for all of them. */
  readonly address: string | undefined;
  /** undefined for what is no service. */
  readonly audience: readonly Audience[] | undefined;
}

interface Placed {
  readonly service: ServiceModel;
  readonly source: Source;
}

/** Two programs of a host cannot listen at one address and port; and one port has one audience, which the firewall goes by. */
export function checkPorts(placed: readonly Placed[], taken: readonly HostPort[]): Problem[] {
  const holders = new Map<string, Holder[]>(
    taken.map(({ port, protocol, what }) => [
      `${port}/${protocol}`,
      [{ what, address: undefined, audience: undefined }],
    ]),
  );
  return placed.flatMap(({ service, source }) =>
    claimsOf(service).flatMap(({ at, place, address, audience }): Problem[] => {
      const all = holders.get(place) ?? [];
      holders.set(place, [...all, { what: service.key, address, audience }]);
      const path = ["services", service.key, ...at];
      const holder = all.find((it) => it.address === undefined || address === undefined || it.address === address);
      if (holder !== undefined) {
        const message = `port ${place} of the host is already taken by ${holder.what}`;
        return [source.problem(path, "duplicate-port", message, { prose: "choose another port of the host" })];
      }
      const other = all.find((it) => differ(it.audience ?? [], audience));
      if (other !== undefined) {
        const message = `port ${place} has another audience at another address, for ${other.what}, and the firewall has one rule for both`;
        return [source.problem(path, "conflicting-audiences", message, { prose: "give both the same x-audience" })];
      }
      return [];
    }),
  );
}

interface Claim extends Omit<Holder, "what" | "audience"> {
  readonly at: Path;
  readonly place: string;
  readonly audience: readonly Audience[];
}

function claimsOf({ ports, listens }: ServiceModel): Claim[] {
  return [
    ...ports.flatMap((port): Claim[] => {
      const address = bindAddress(port);
      const place = `${port.published}/${port.protocol}`;
      const anywhere = address === "0.0.0.0" ? undefined : address;
      return port.published === undefined
        ? []
        : [{ at: ["ports", port.at], place, address: anywhere, audience: port.audience }];
    }),
    ...listens.map(({ port, protocol, audience }, i) => ({
      at: ["x-homelab", "listens", i],
      place: `${port}/${protocol}`,
      address: undefined,
      audience,
    })),
  ];
}

/** Nobody but the host itself is none that a rule is for. */
const differ = (one: readonly Audience[], other: readonly Audience[]): boolean =>
  !isLocalOnly(one) && !isLocalOnly(other) && [...one].sort().join() !== [...other].sort().join();
