import { howToSet } from "../compose/secret-sources.js";
import { MOUNTS, shareIn } from "../share-paths.js";
import type { ProblemCode } from "../yaml/codes.js";
import type { Problem } from "../yaml/problem.js";
import type { Remedy } from "../yaml/remedy.js";
import { suggest } from "../yaml/suggest.js";
import type { Path, Source } from "../yaml/source.js";
import type { BackupsConfig, BackupTarget } from "./backups-settings.js";
import { nasHost, nasOf, severalNas } from "./nas.js";
import type { OneNas } from "./nas.js";
import { settingPath } from "./settings.js";
import type { Config } from "./settings.js";
import { SHARES_ROLES } from "../roles.js";

/** The share that is there for copies: those of a homelab that says nothing else go there. */
const SHARE = "backups";
const DEFAULT_PATH = `${MOUNTS}/${SHARE}/restic`;

/** The secret that encrypts all copies. */
export const BACKUP_PASSWORD = "backupPassword";
/** Characters of it where `npm run secrets` makes it. */
const BACKUP_PASSWORD_LENGTH = 32;

/** Where the copies go. */
export const targetOf = ({ to }: Pick<BackupsConfig, "to">): BackupTarget =>
  to ?? { kind: "folder", path: DEFAULT_PATH };

/** Where in the shares a folder is. */
interface PlaceInShare {
  /** Its name; empty for a folder that has the mounts of all in it. */
  readonly share: string;
  /** Of its path, with a slash first, or empty. */
  readonly rest: string;
  /** As hosts mount it, or else as the disks of the NAS have it. */
  readonly mounted: boolean;
}

/** The place in a share of a folder of every host. Undefined for a folder that is in none, and where there is no NAS. */
export function placeInShare(path: string, config: Config): PlaceInShare | undefined {
  if (nasHost(config).kind === "none") {
    return undefined;
  }
  const share = shareIn(path);
  if (share !== undefined) {
    return { share, rest: path.slice(`${MOUNTS}/${share}`.length), mounted: true };
  }
  const { root } = nasOf(config);
  const [, name, rest = ""] = path.startsWith(`${root}/`)
    ? (/^\/([^/]+)(.*)$/.exec(path.slice(root.length)) ?? [])
    : [];
  return name === undefined || !Object.hasOwn(nasOf(config).shares, name)
    ? undefined
    : { share: name, rest, mounted: false };
}

/** A secret that homelab:backups needs. */
interface BackupSecret {
  readonly name: string;
  /** Where in homelab:backups. */
  readonly at: Path;
  /** So many random characters will do; undefined if only the owner can supply it. */
  readonly generate: number | undefined;
  /** Where the owner gets it. */
  readonly obtain: string | undefined;
}

/** The secrets that homelab:backups needs. */
export function backupSecrets({ backups }: Pick<Config, "backups">): BackupSecret[] {
  if (backups === undefined) {
    return [];
  }
  const own: BackupSecret = { name: BACKUP_PASSWORD, at: [], generate: BACKUP_PASSWORD_LENGTH, obtain: undefined };
  const logins = Object.entries(backups.environment).map(([variable, name]): BackupSecret => {
    const obtain = `get ${variable} from where the copies go`;
    return { name, at: ["environment", variable], generate: undefined, obtain };
  });
  return [own, ...logins];
}

/** What in homelab:backups does not fit together, or not to the NAS. */
export function checkBackups(stack: string, config: Config, source: Source): Problem[] {
  const { backups } = config;
  if (backups === undefined) {
    return [];
  }
  const missing = backupSecrets(config).filter(({ name }) => !Object.hasOwn(config.secrets, name));
  const target = targetOf(backups);
  return [
    ...missing.map(({ name, at, generate, obtain }) =>
      source.problem(
        settingPath("backups", ...at),
        "missing-secret",
        `the secret ${name} is not set`,
        howToSet(stack, name, generate === undefined ? { obtain } : { generate }),
      ),
    ),
    ...(target.kind === "folder" ? checkFolder(target.path, config, source) : []),
  ];
}

const ELSEWHERE = { prose: "write to: with a folder of each host's own disks, or a repository of restic" };

const OF_SHARES = "is where the folders of the shares are";
const OWN_FOLDER = { prose: `write ${DEFAULT_PATH}, or a folder that has no shares below it` };

/** A repository beside the folders of the shares could be one of them: a host and a share may have one name. */
const isAboveShares = (path: string, config: Config): boolean => `${nasOf(config).root}/`.startsWith(`${path}/`);

function checkFolder(path: string, config: Config, source: Source): Problem[] {
  const at = settingPath("backups", ...(config.backups?.to === undefined ? [] : ["to"]));
  const nas = nasHost(config);
  const place = placeInShare(path, config);
  if (nas.kind === "none") {
    const message = `no host has the role ${SHARES_ROLES}, whose share ${SHARE} takes the copies where nothing else is said`;
    return config.backups?.to === undefined ? [source.problem(at, "no-nas", message, ELSEWHERE)] : [];
  }
  if (place === undefined) {
    return isAboveShares(path, config) ? [source.problem(at, "reserved-path", OF_SHARES, OWN_FOLDER)] : [];
  }
  const mistake: Mistake | undefined = nas.kind === "several" ? severalNas(nas) : mistakeOfShare(place, nas, config);
  return mistake === undefined ? [] : [source.problem(at, ...mistake)];
}

type Mistake = readonly [code: ProblemCode, message: string, ...remedies: Remedy[]];

/** Why the copies cannot go to a share. */
function mistakeOfShare(
  { share, rest }: Pick<PlaceInShare, "share" | "rest">,
  nas: OneNas,
  config: Config,
): Mistake | undefined {
  const { shares } = nasOf(config);
  const given = shares[share];
  const usual = { prose: `write ${DEFAULT_PATH}` };
  if (share === "") {
    return ["reserved-path", `${MOUNTS} is where hosts mount the shares`, usual, ELSEWHERE];
  }
  if (given === undefined) {
    const message = `${nas.name} has no share "${share}"`;
    const add = `add ${share}: {} under homelab:nas.shares`;
    const as = (name: string): string => `${MOUNTS}/${name}${rest}`;
    return config.backups?.to === undefined
      ? ["unknown-share", message, { prose: add }, ELSEWHERE]
      : ["unknown-share", message, suggest(share, Object.keys(shares), { as, otherwise: add })];
  }
  if (share !== SHARE && given["no-backup"] === undefined) {
    const except = { prose: `give ${share} a no-backup: WHY under homelab:nas.shares` };
    return [
      "backup-inside-data",
      `the copies would lie in the share ${share}, which is to be copied itself`,
      usual,
      except,
    ];
  }
  return undefined;
}
