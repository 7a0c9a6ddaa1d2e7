import { basename, dirname } from "node:path/posix";
import type { Config, HostConfig } from "../config/settings.js";
import type { Problem } from "../yaml/problem.js";
import { composeFileOf } from "../roles.js";
import type { ReadFile } from "../types.js";
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
  readonly read: ReadFile;
  readonly open: OpenFile;
  readonly problems: Problem[];
  /** See planProject. */
  readonly assumeSecrets?: boolean;
}

/** Plans every Compose file of a host: that of its role, and those that its owner has added. */
export function planHost(args: HostPlan): Project[] {
  const { host, config, open } = args;
  const projects = composeFilesOf(config.hosts[host]).flatMap((file) => {
    const source = open(file);
    return (source && planProject({ ...args, source, defaultName: projectName(file) })) ?? [];
  });
  return onceEach(projects);
}

const composeFilesOf = (host: HostConfig | undefined): string[] => [
  ...(host?.role === undefined ? [] : [composeFileOf(host.role)]),
  ...(host?.services ?? []),
];

/** Compose's own rule is the folder's name; a file with a name of its own has that. */
function projectName(file: string): string {
  const stem = basename(file).replace(/\.ya?ml$/, "");
  return /^(docker-)?compose$/.test(stem) ? basename(dirname(file)) : stem;
}
