import type { Config } from "../config/settings.js";
import { settingPath } from "../config/settings.js";
import type { ProblemCode } from "../yaml/codes.js";
import type { Problem } from "../yaml/problem.js";
import type { Remedy } from "../yaml/remedy.js";
import { suggest } from "../yaml/suggest.js";
import { nasHost, nasOf, peopleOf, severalNas, SMB_PASSWORD_LENGTH, smbSecret } from "../config/nas.js";
import type { OneNas, SomeNas } from "../config/nas.js";
import type { Project } from "../services/project.js";
import { howToSet } from "../compose/secret-sources.js";
import { MOUNTS, shareIn } from "../share-paths.js";
import type { ServiceModel } from "../types.js";
import type { HostShares, ShareModel, Use } from "./types.js";
import type { Path, Source } from "../yaml/source.js";

/** A host with its Compose files. */
interface PlannedHost {
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
  /** What hosts mount beside what their services do. */
  readonly more: readonly Use[];
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
  const uses = [...usesOf(args), ...args.more];
  const nas = nasHost(config);
  checkPasswords(args);
  return (host) => (nas.kind === "one" ? sharesOfHost(host, nas, uses, config) : NOTHING);
}

const NOTHING: HostShares = { uses: [], from: undefined, offer: undefined };

function sharesOfHost(name: string, server: OneNas, uses: readonly Use[], config: Config): HostShares {
  const nas = server.name;
  const { base, root } = nasOf(config);
  const mine = uses.filter(({ host }) => host === name);
  if (name !== nas) {
    const path = (share: string): string => (base === "omv" ? `/${share}` : `${root}/${share}`);
    return { ...NOTHING, uses: mine, from: { server, path } };
  }
  const offer = { base, root, shares: sharesOf(config, nas, uses), people: peopleOf(config) };
  return {
    uses: mine,
    from: { server: undefined, path: (share) => `${root}/${share}` },
    offer,
  };
}

/** A folder at or below the mount point of shares that a service binds. */
interface BoundShare extends Use {
  /** What the Compose file says. */
  readonly path: string;
  readonly complain: (code: ProblemCode, message: string, remedy: Remedy) => void;
}

/** Every use of a share; what only looks like one is a problem. */
function usesOf({ config, hosts, problems }: SharesArgs): Use[] {
  const nas = nasHost(config);
  return nas.kind === "none"
    ? []
    : boundShares(hosts, problems)
        .filter((bound) => checkUse(bound, nas, config))
        .map(({ host, service, share, writes }) => ({ host, service, share, writes }));
}

function boundShares(hosts: readonly PlannedHost[], problems: Problem[]): BoundShare[] {
  return servicesOf(hosts).flatMap(({ host, source, service: { key, name, volumes } }) =>
    volumes.flatMap((volume, i) => {
      const share = volume.type === "bind" ? shareIn(volume.source) : undefined;
      if (volume.type !== "bind" || share === undefined) {
        return [];
      }
      const complain: BoundShare["complain"] = (...problem) => {
        problems.push(source.problem(["services", key, "volumes", i], ...problem));
      };
      return [{ host, service: name, share, writes: !volume.readOnly, path: volume.source, complain }];
    }),
  );
}

/** Every service of every host, with the Compose file that it is in. */
const servicesOf = (hosts: readonly PlannedHost[]): { host: string; source: Source; service: ServiceModel }[] =>
  hosts.flatMap(({ name: host, projects }) =>
    projects.flatMap(({ services, source }) => services.map((service) => ({ host, source, service }))),
  );

/** Is there such a share, on one host? */
function checkUse({ share, path, complain }: BoundShare, nas: SomeNas, config: Config): boolean {
  const names = Object.keys(nasOf(config).shares);
  if (share === "") {
    const prose = `mount ${MOUNTS}/NAME, once for each share`;
    complain("mount-of-all-shares", `${path} contains the mounts of all shares`, { prose });
  } else if (nas.kind === "several") {
    complain(...severalNas(nas));
  } else if (!names.includes(share)) {
    const as = (name: string): string => `${MOUNTS}/${name}`;
    const remedy = suggest(share, names, { as, otherwise: `add ${share}: under homelab:nas.shares` });
    complain("unknown-share", `${nas.name} has no share "${share}"`, remedy);
  } else {
    return true;
  }
  return false;
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
