import * as pulumi from "@pulumi/pulumi";
import { secretId } from "../model/compose/names.js";

/** A project's own entries in the stack's configuration. */
interface ProjectNames {
  readonly secrets?: Readonly<Record<string, string>>;
}

/** Values of all secrets of the stack's configuration: the homelab's by name, a project's as PROJECT/NAME. */
export function secretsById(config: pulumi.Config): pulumi.Output<Record<string, string>> {
  return pulumi
    .all([
      config.getSecretObject<Record<string, string>>("secrets") ?? {},
      config.getSecretObject<Record<string, ProjectNames>>("projects") ?? {},
    ])
    .apply(([own, projects]) => ({
      ...own,
      ...Object.fromEntries(
        Object.entries(projects).flatMap(([project, { secrets = {} }]) =>
          Object.entries(secrets).map(([name, value]) => [secretId(project, name), value] as const),
        ),
      ),
    }));
}
