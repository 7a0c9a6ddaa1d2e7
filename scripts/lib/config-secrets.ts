import { z } from "zod";
import { secretId } from "../../model/compose/names.js";
import { isFields } from "./secret-values.js";

// What `pulumi config --show-secrets --json` prints.

const decryptedConfig = z.record(
  z.string(),
  z.object({
    secret: z.boolean().default(false),
    value: z.string().optional(),
    /** What the value says, where it is a list or an object. */
    objectValue: z.unknown().optional(),
  }),
);

const ownSecrets = z.record(z.string(), z.string());
const ownProjects = z.record(z.string(), z.looseObject({ secrets: ownSecrets.optional() }));

const SECRETS = "homelab:secrets";
const PROJECTS = "homelab:projects";

/** Values of the homelab's secrets: its own by name, those of a project as PROJECT/NAME. */
export function secretsByName(decrypted: string): Readonly<Record<string, string>> {
  const config = decryptedConfig.parse(JSON.parse(decrypted));
  const projects = ownProjects.parse(config[PROJECTS]?.objectValue ?? {});
  return {
    ...ownSecrets.parse(config[SECRETS]?.objectValue ?? {}),
    ...Object.fromEntries(
      Object.entries(projects).flatMap(([project, { secrets = {} }]) =>
        Object.entries(secrets).map(([name, value]) => [secretId(project, name), value] as const),
      ),
    ),
  };
}

/** Values of all secrets, also of those that providers are given, whatever shape they have. */
export function secretValues(decrypted: string): readonly string[] {
  const config = decryptedConfig.parse(JSON.parse(decrypted));
  return Object.entries(config)
    .filter(([, { secret }]) => secret)
    .flatMap(([key, { value, objectValue = value }]) =>
      textsIn(key === PROJECTS ? secretsOnly(objectValue) : objectValue),
    );
}

/** Projects have values that are no secrets, too. */
const secretsOnly = (projects: unknown): unknown[] =>
  isFields(projects) ? Object.values(projects).map((project) => isFields(project) && project["secrets"]) : [];

function textsIn(value: unknown): string[] {
  if (typeof value === "object" && value !== null) {
    return Object.values(value).flatMap(textsIn);
  }
  return typeof value === "string" ? [value] : [];
}
