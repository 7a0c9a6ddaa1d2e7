import { z } from "zod";
import { settingPath } from "../config/settings.js";
import { hostInUrn, nameInUrn } from "../resource-names.js";
import type { HostModel } from "../types.js";
import type { Problem } from "../yaml/problem.js";
import { parseSource } from "../yaml/source.js";

/** What a host is known by, whatever its name: an output of its component, and so part of the engine's state. */
const identity = z.object({ address: z.string(), port: z.int(), hostKey: z.string() });
type Identity = z.infer<typeof identity>;

/** What the state keeps of a host. */
export const identityOf = ({ address, port, hostKey }: Identity): Identity => ({ address, port, hostKey });

/** A resource as the engine's state has it. */
export interface KnownResource {
  readonly urn: string;
  readonly outputs?: unknown;
}

/** A host as it was deployed. */
export interface KnownHost extends Identity {
  readonly name: string;
}

/** The hosts that a state has; one that was deployed before the state kept their identity is not among them. */
export const knownHostsIn = (resources: readonly KnownResource[]): KnownHost[] =>
  resources.flatMap(({ urn, outputs }) => {
    const name = nameInUrn(urn);
    const known = identity.safeParse(outputs);
    return hostInUrn(urn) === name && known.success ? [{ name, ...known.data }] : [];
  });

/** A host that has another name than when it was deployed. */
export interface Renamed {
  readonly from: string;
  readonly to: string;
}

/** Declared hosts that are not known, and that are, by address and host key, one that is known and not declared. */
export function renamedHosts(hosts: readonly HostModel[], known: readonly KnownHost[]): Renamed[] {
  const gone = known.filter(({ name }) => hosts.every((host) => host.name !== name));
  const fresh = hosts.filter(({ name }) => known.every((host) => host.name !== name));
  return fresh.flatMap((host) => {
    const former = gone.find(
      ({ address, port, hostKey }) => address === host.address && port === host.port && hostKey === host.hostKey,
    );
    return former === undefined ? [] : [{ from: former.name, to: host.name }];
  });
}

/**
 * Hosts that were renamed in the stack's file alone: the engine would remove all that runs on them, and make it again.
 *
 * @param stack name of the stack, whose configuration is `Pulumi.<stack>.yaml`
 * @param text what that file says
 */
export function renameProblems(stack: string, text: string, renamed: readonly Renamed[]): Problem[] {
  const source = parseSource(`Pulumi.${stack}.yaml`, text);
  return renamed.map(({ from, to }) =>
    source.problem(
      settingPath("hosts", to),
      "renamed-host",
      `is the host that was deployed as ${from}: under another name, all that runs on it would be removed and made again`,
      { prose: "to rename it and keep what runs", command: `npm run rename -- --stack ${stack} ${from} ${to}` },
    ),
  );
}
