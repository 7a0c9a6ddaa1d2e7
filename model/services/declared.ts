import { parseConfig } from "../config/config.js";
import type { Config } from "../config/settings.js";
import type { ReadFile, ServiceModel } from "../types.js";
import { opener } from "../yaml/open.js";
import { HomelabError } from "../yaml/problem.js";
import type { Problem } from "../yaml/problem.js";
import { planHost } from "./host.js";
import type { Project } from "./project.js";

/** A service that is on, the name of its host, and the Compose file that declares it. */
export interface DeclaredService {
  readonly host: string;
  readonly file: string;
  readonly service: ServiceModel;
}

/** What the files declare, before it is asked whether all of that can be deployed. */
export interface Declared {
  readonly config: Config;
  readonly projects: readonly { readonly host: string; readonly project: Project }[];
  readonly services: readonly DeclaredService[];
  /** Services that an earlier file of the same host declares in the same words: they run once, as part of that one. */
  readonly twins: readonly DeclaredService[];
}

/**
 * Reads what is declared, as if every secret were set and every host prepared.
 *
 * @throws HomelabError if the stack's configuration or a Compose file cannot be read
 */
export function readDeclared(stack: string, read: ReadFile): Declared {
  const problems: Problem[] = [];
  const open = opener(read, problems);
  const source = open(`Pulumi.${stack}.yaml`);
  const config = source && parseConfig(source, problems);
  if (source === undefined || config === undefined) {
    throw new HomelabError(problems);
  }
  const projects = Object.keys(config.hosts).flatMap((host) =>
    planHost({ stack, host, config, declaration: source, read, open, problems, assumeSecrets: true }).map(
      (project) => ({ host, project }),
    ),
  );
  if (problems.length > 0) {
    throw new HomelabError(problems);
  }
  const placed = (which: "services" | "twins"): DeclaredService[] =>
    projects.flatMap(({ host, project }) =>
      project[which].map((service) => ({ host, file: project.source.file, service })),
    );
  return { config, projects, services: placed("services"), twins: placed("twins") };
}
