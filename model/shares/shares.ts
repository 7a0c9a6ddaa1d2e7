import type { Audience } from "../audience.js";
import type { Config } from "../config/settings.js";
import { settingPath } from "../config/settings.js";
import type { ProblemCode } from "../yaml/codes.js";
import type { Problem } from "../yaml/problem.js";
import type { Remedy } from "../yaml/remedy.js";
import { suggest } from "../yaml/suggest.js";
import type { Opening } from "../firewall/openings.js";
import { hostsWithShares, nasHostOf, nasOf, peopleOf, SMB_PASSWORD_LENGTH, smbSecret } from "../config/nas.js";
import type { Project } from "../services/project.js";
import { howToSet } from "../compose/secret-sources.js";
import { SHARES_ROLES } from "../roles.js";
import { MOUNTS, shareIn } from "../share-paths.js";
import type { HostShares, ShareModel, Use } from "./types.js";
import type { Path, Source } from "../yaml/source.js";

/** A host with its Compose files. */
export interface PlannedHost {
  readonly name: string;
  readonly host: Config["hosts"][string];
  readonly projects: readonly Project[];
}

/** What planning the shares needs. */
interface SharesArgs {
  readonly stack: string;
  readonly config: Config;
  /** The stack's configuration. */
  readonly source: Source;
  readonly hosts: readonly PlannedHost[];
  readonly problems: Problem[];
}

/**
 * Derives the shares from what services mount: whatever binds /mnt/media/NAME, or a folder below, makes its host a
 * client of the share NAME, for writing if it writes. Without a NAS these are folders of the host's own.
 *
 * @returns what a host of that name has to do with them
 */
export function planShares(args: SharesArgs): (host: string) => HostShares {
  const { config } = args;
  const uses = usesOf(args);
  const nas = nasHostOf(config);
  checkPasswords(args);
  return (host) => sharesOfHost(host, nas, uses, config);
}

const NOTHING: HostShares = { uses: [], from: undefined, offer: undefined, opens: [] };

function sharesOfHost(name: string, nas: string | undefined, uses: readonly Use[], config: Config): HostShares {
  const server = nas === undefined ? undefined : config.hosts[nas];
  if (nas === undefined || server === undefined) {
    return NOTHING;
  }
  const { base, root } = nasOf(config);
  const mine = uses.filter(({ host }) => host === name);
  if (name !== nas) {
    const path = (share: string): string => (base === "omv" ? `/${share}` : `${root}/${share}`);
    return { ...NOTHING, uses: mine, from: { server: { name: nas, address: server.address }, path } };
  }
  const offer = { base, root, shares: sharesOf(config, nas, uses), people: peopleOf(config) };
  const clients = [...new Set(offer.shares.flatMap((share) => share.clients.map((client) => client.name)))].sort();
  return {
    uses: mine,
    from: { server: undefined, path: (share) => `${root}/${share}` },
    offer,
    opens: [
      ...(clients.length === 0
        ? []
        : [
            open(
              2049,
              "nfs",
              clients.map((client): Audience => `host:${client}`),
            ),
          ]),
      ...(offer.people.length === 0 ? [] : [open(445, "smb", ["lan", "tailnet"])]),
    ],
  };
}

const open = (port: number, what: string, from: Opening["from"]): Opening => ({
  port,
  protocol: "tcp",
  from,
  what,
  published: false,
});

/** Every use of a share; what is none, but looks like one, is a problem. */
function usesOf({ config, hosts, problems }: SharesArgs): Use[] {
  const { shares } = nasOf(config);
  const holders = hostsWithShares(config);
  const [nas] = holders;
  if (nas === undefined) {
    return [];
  }
  return hosts.flatMap(({ name: host, projects }) =>
    projects.flatMap(({ services, source }) =>
      services.flatMap(({ key, name: service, volumes }) =>
        volumes.flatMap((volume, i): Use[] => {
          const share = volume.type === "bind" ? shareIn(volume.source) : undefined;
          if (volume.type !== "bind" || share === undefined) {
            return [];
          }
          const complain = (code: ProblemCode, message: string, remedy: Remedy): Use[] => {
            problems.push(source.problem(["services", key, "volumes", i], code, message, remedy));
            return [];
          };
          if (share === "") {
            return complain("mount-of-all-shares", `${volume.source} has the mounts of all shares in it`, {
              prose: `mount ${MOUNTS}/NAME, one for each`,
            });
          }
          if (holders.length > 1) {
            const message = `${holders.join(" and ")} have the role ${SHARES_ROLES}: whose share is it?`;
            return complain("several-nas", message, { prose: "give one the role" });
          }
          if (!Object.hasOwn(shares, share)) {
            const as = (name: string): string => `${MOUNTS}/${name}`;
            const remedy = suggest(share, Object.keys(shares), { as, otherwise: "add it to homelab:nas.shares" });
            return complain("unknown-share", `${nas} has no share "${share}"`, remedy);
          }
          return [{ host, service, share, writes: !volume.readOnly }];
        }),
      ),
    ),
  );
}

function sharesOf(config: Config, nas: string, uses: readonly Use[]): ShareModel[] {
  const others = Object.entries(config.hosts).filter(([name]) => name !== nas);
  return inOrder(Object.entries(nasOf(config).shares)).map(([name, { write, read }]) => ({
    name,
    clients: inOrder(others).flatMap(([host, { address }]) => {
      const mine = uses.filter((use) => use.host === host && use.share === name);
      return mine.length === 0 ? [] : [{ name: host, address, writes: mine.some(({ writes }) => writes) }];
    }),
    write: [...new Set(write)].sort(),
    read: [...new Set(read)].sort(),
  }));
}

const inOrder = <T>(entries: readonly (readonly [string, T])[]): (readonly [string, T])[] =>
  [...entries].sort(([a], [b]) => (a < b ? -1 : 1));

/** Everyone who may use a share over SMB has a password. */
function checkPasswords({ stack, config, source, problems }: SharesArgs): void {
  for (const [name, access] of Object.entries(nasOf(config).shares)) {
    for (const way of ["write", "read"] as const) {
      access[way].forEach((person, i) => {
        const secret = smbSecret(person);
        if (!Object.hasOwn(config.secrets, secret)) {
          const at: Path = settingPath("nas", "shares", name, way, i);
          const remedy = howToSet(stack, secret, { generate: SMB_PASSWORD_LENGTH });
          problems.push(source.problem(at, "missing-secret", `the secret ${secret} is not set`, remedy));
        }
      });
    }
  }
}
