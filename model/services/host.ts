import { basename, dirname } from "node:path/posix";
import { placeholdersIn } from "../config/placeholders.js";
import { settingPath } from "../config/settings.js";
import type { Config, HostConfig } from "../config/settings.js";
import type { Problem } from "../yaml/problem.js";
import { composeFileOf } from "../roles.js";
import type { Role } from "../roles.js";
import type { ReadFile } from "../types.js";
import type { Remedy } from "../yaml/remedy.js";
import type { Path, Source } from "../yaml/source.js";
import { planProject } from "./project.js";
import type { Project } from "./project.js";
import { onceEach } from "./twins.js";
import type { OpenFile } from "../yaml/open.js";

/** What planning a host needs. */
interface HostPlan {
  readonly stack: string;
  /** Name of the host. */
  readonly host: string;
  readonly config: Config;
  /** The stack's configuration. */
  readonly declaration: Source;
  readonly read: ReadFile;
  readonly open: OpenFile;
  readonly problems: Problem[];
  /** See planProject. */
  readonly assumeSecrets?: boolean;
}

/** Plans every Compose file of a host: that of its role, and those that its owner has added. */
export function planHost(args: HostPlan): Project[] {
  const { stack, host, config, open, declaration } = args;
  // As long as nobody asks whether all of it can be deployed, the sample's values do.
  const placeholders = args.assumeSecrets === true ? {} : placeholdersIn(stack, config, declaration);
  const projects = composeFilesOf(config.hosts[host]).flatMap(({ file, named, remedy }) => {
    const source = open(file, (reason) =>
      declaration.problem(
        settingPath("hosts", host, ...named),
        "unreadable-file",
        `${file}, a Compose file of ${host}, ${reason}`,
        remedy,
      ),
    );
    return (source && planProject({ ...args, source, placeholders, defaultName: projectName(file) })) ?? [];
  });
  return onceEach(projects);
}

/** A Compose file of a host, and where in the host's part of the configuration it is named. */
interface NamedFile {
  readonly file: string;
  readonly named: Path;
  /** What to do if it cannot be read. */
  readonly remedy: Remedy;
}

const composeFilesOf = (host: HostConfig | undefined): NamedFile[] => [
  ...(host?.role === undefined ? [] : [roleFile(host.role)]),
  ...(host?.services ?? []).map((file, i) => ({ file, named: ["services", i], remedy: OWN_FILE })),
];

function roleFile(role: Role): NamedFile {
  const file = composeFileOf(role);
  return {
    file,
    named: ["role"],
    remedy: { prose: "get it back from the repository", command: `git checkout -- ${file}` },
  };
}

const OWN_FILE: Remedy = { prose: "write its path from the project's directory, or remove it here" };

/** Compose's own rule is the folder's name; a file with a name of its own has that. */
function projectName(file: string): string {
  const stem = basename(file).replace(/\.ya?ml$/, "");
  return /^(docker-)?compose$/.test(stem) ? basename(dirname(file)) : stem;
}
