import { z } from "zod";
import { commandLine } from "../command-line.js";
import type { Remedy } from "../yaml/remedy.js";
import { setSecret } from "./names.js";
import { complaint, form } from "../yaml/complaint.js";
import { mapping, named } from "../yaml/schema.js";

/** Where a secret comes from: so many random characters, or the owner. */
const secretSource = mapping({
  generate: z.int().min(8).max(256).optional(),
  obtain: z.string().optional(),
}).refine(
  (it) => (it.generate === undefined) !== (it.obtain === undefined),
  complaint(
    "not-exactly-one",
    "needs one of generate: and obtain:",
    { prose: "write {generate: 32}" },
    { prose: "write {obtain: where the owner gets it}" },
  ),
);

/** As Compose takes it in ${NAME}. */
export const secretName = form(/^[A-Za-z_][A-Za-z0-9_]*$/, "is not the name of a secret", {
  prose: "use letters, digits and underscores, as in DB_PASSWORD",
});

/** The top-level x-secrets: of a Compose file. */
export const secretSources = named(secretName, secretSource).default({});
export type SecretSources = z.infer<typeof secretSources>;

const partOfFile = z.looseObject({ "x-secrets": secretSources });

/** What a Compose file says of its secrets, before it is checked as a whole; nothing if that cannot be read. */
export function sourcesIn(data: unknown): SecretSources {
  const result = partOfFile.safeParse(data);
  return result.success ? result.data["x-secrets"] : {};
}

/** What the owner does about a secret that is not set. */
export function howToSet(stack: string, id: string, { generate, obtain }: SecretSources[string] = {}): Remedy {
  if (generate !== undefined) {
    return { prose: "let it be made", command: commandLine("secrets", stack) };
  }
  const command = setSecret(stack, id);
  return obtain === undefined ? { command } : { prose: `${obtain}; then set it`, command };
}
