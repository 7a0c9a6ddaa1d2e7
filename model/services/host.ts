import { basename, dirname } from "node:path/posix";
import type { Config, HostConfig } from "../config/settings.js";
import type { Problem } from "../yaml/problem.js";
import type { ReadFile } from "../types.js";
import { planProject } from "./project.js";
import type { Project } from "./project.js";
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

/** Plans every Compose file of a host: that of its role, and its owner's own. */
export function planHost(args: HostPlan): Project[] {
  const { host, config, open } = args;
  return composeFilesOf(config.hosts[host]).flatMap((file) => {
    const source = open(file);
    return (source && planProject({ ...args, source, defaultName: projectName(file) })) ?? [];
  });
}

const composeFilesOf = (host: HostConfig | undefined): string[] => [
  ...(host?.role === undefined ? [] : [`stacks/${host.role}/compose.yaml`]),
  ...(host?.services ?? []),
];

/** Compose's own rule is the folder's name; a file with a name of its own has that. */
function projectName(file: string): string {
  const stem = basename(file).replace(/\.ya?ml$/, "");
  return /^(docker-)?compose$/.test(stem) ? basename(dirname(file)) : stem;
}
