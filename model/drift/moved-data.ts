import { hostInUrn, nameInUrn, parseName } from "../resource-names.js";
import type { HostModel } from "../types.js";
import { withRemedies } from "../yaml/remedy.js";
import type { KnownResource } from "./known-hosts.js";

/** A service that was declared on another host before, with the volumes whose data are there. */
export interface MovedData {
  readonly service: string;
  readonly from: string;
  readonly to: string;
  readonly volumes: readonly string[];
  /** A deployment removes one of them with its data, which are the only ones. */
  readonly lost: boolean;
}

/**
 * Services that are declared on another host than before, without their data: a volume of theirs was made on a host that
 * does not declare it any more, and none of its name on the host that does now.
 */
export function movedData(hosts: readonly HostModel[], known: readonly KnownResource[]): MovedData[] {
  const made = known.flatMap(({ urn }) => {
    const name = hostInUrn(urn) === undefined ? undefined : parseName(nameInUrn(urn));
    return name?.kind === "volume" ? [name] : [];
  });
  return hosts.flatMap((host) =>
    host.services.flatMap(({ name: service, volumes }): MovedData[] => {
      const named = volumes.flatMap((it) => (it.type === "volume" && it.source !== undefined ? [it.source] : []));
      const fresh = named.filter(
        (volume) =>
          host.volumes.some(({ name }) => name === volume) &&
          !made.some((it) => it.host === host.name && it.name === volume),
      );
      const [from] = made.filter(
        (it) => fresh.includes(it.name) && it.host !== host.name && !declares(hosts, it.host, it.name),
      );
      const lost = host.volumes.some(({ name, stateful }) => fresh.includes(name) && !stateful);
      return from === undefined ? [] : [{ service, from: from.host, to: host.name, volumes: fresh, lost }];
    }),
  );
}

const declares = (hosts: readonly HostModel[], host: string, volume: string): boolean =>
  hosts.some(({ name, volumes }) => name === host && volumes.some((it) => it.name === volume));

/** What the owner is told of one, before it is deployed. */
export function movedSentence({ service, from, to, volumes, lost }: MovedData, stack: string): string {
  const what = volumes.length === 1 ? `volume ${volumes.join()}` : `volumes ${volumes.join(", ")}`;
  const command = `npm run move -- --stack ${stack} ${service} ${from} ${to}`;
  const fate = lost ? `are REMOVED from ${from}` : `stay behind on ${from}`;
  return withRemedies(`${service} moves from ${from} to ${to}, and its data ${fate}: ${what}`, [
    { prose: "to take them along", command },
  ]);
}
