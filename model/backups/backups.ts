import { checkBackups, placeInShare, targetOf } from "../config/backups.js";
import { nasHost, nasOf } from "../config/nas.js";
import type { Config } from "../config/settings.js";
import type { Project } from "../services/project.js";
import { MOUNTS } from "../share-paths.js";
import type { Use } from "../shares/types.js";
import type { Problem } from "../yaml/problem.js";
import type { Source } from "../yaml/source.js";
import { checkFolders, checkVolumes } from "./check.js";
import { setsOfServices, setsOfShares } from "./sets.js";
import type { BackupRepository, HostBackups } from "./types.js";

/** What planning the copies needs. */
interface BackupsArgs {
  readonly stack: string;
  readonly config: Config;
  /** The stack's configuration. */
  readonly source: Source;
  readonly hosts: readonly { readonly name: string; readonly projects: readonly Project[] }[];
  readonly problems: Problem[];
}

/** What the hosts copy. */
interface Backups {
  /** undefined for a host that keeps nothing, or where nothing is to be copied. */
  readonly of: (host: string) => HostBackups | undefined;
  /** The shares that hosts mount for their copies. */
  readonly uses: readonly Use[];
}

/** Derives what each host copies, and where to, from what its services and the NAS keep. */
export function planBackups({ stack, config, source, hosts, problems }: BackupsArgs): Backups {
  problems.push(...checkBackups(stack, config, source));
  if (config.backups === undefined) {
    return { of: () => undefined, uses: [] };
  }
  const all = hosts.flatMap(({ name, projects }): [string, HostBackups][] => {
    problems.push(...checkVolumes(projects), ...checkFolders(projects));
    const sets = [...setsOfServices(projects), ...(isNas(name, config) ? setsOfShares(config, shareOf(config)) : [])];
    return sets.length === 0 ? [] : [[name, { repository: repositoryOf(name, config), sets }]];
  });
  const planned = new Map(all);
  const uses = all.flatMap(([host, { repository }]): Use[] =>
    repository.kind === "folder" && repository.mount !== undefined
      ? [{ host, service: undefined, share: repository.mount.slice(MOUNTS.length + 1), writes: true }]
      : [],
  );
  return { of: (host) => planned.get(host), uses };
}

function isNas(name: string, config: Config): boolean {
  const nas = nasHost(config);
  return nas.kind === "one" && nas.name === name;
}

/** The share that the copies go to, if they go to one. */
function shareOf(config: Config): string | undefined {
  const target = targetOf(config.backups ?? {});
  return target.kind === "folder" ? placeInShare(target.path, config)?.share : undefined;
}

/** Each host has a repository of its own: no two of them wait for each other, and one that is lost takes no other along. */
function repositoryOf(host: string, config: Config): BackupRepository {
  const target = targetOf(config.backups ?? {});
  if (target.kind === "remote") {
    return { kind: "remote", url: `${target.url}${/[:/]$/.test(target.url) ? "" : "/"}${host}` };
  }
  const { path } = target;
  const place = placeInShare(path, config);
  if (place === undefined || !place.mounted) {
    return { kind: "folder", path: `${path}/${host}` };
  }
  const { share, rest } = place;
  return isNas(host, config)
    ? { kind: "folder", path: `${nasOf(config).root}/${share}${rest}/${host}` }
    : { kind: "folder", path: `${path}/${host}`, mount: `${MOUNTS}/${share}` };
}
