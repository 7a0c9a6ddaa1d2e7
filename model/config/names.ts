import { z } from "zod";
import { ROLES } from "../roles.js";
import { complaint, complaintAt, form, refuse } from "../yaml/complaint.js";
import { mapping, named } from "../yaml/schema.js";
import { secretId, setSecret } from "../compose/names.js";

// What the owner's names stand for: those of the homelab, which the program's own Compose files refer to, and those of each
// project, which nobody else's file sees.

/** Names that the program provides, or would in another homelab, and what each follows from. */
export const PROVIDED: Readonly<Record<string, string>> = {
  DOMAIN: "homelab:domain",
  TIMEZONE: "homelab:timezone",
  LAN_SUBNET: "homelab:lan",
  HOST_NAME: "homelab:hosts",
  HOST_ADDRESS: "homelab:hosts",
  ...Object.fromEntries(ROLES.map((role) => [`${role.toUpperCase()}_ADDRESS`, "homelab:hosts"])),
};

/** As Compose takes them in ${NAME}. */
const variable = form(/^[A-Za-z_][A-Za-z0-9_]*$/, "is not a name for a value", {
  prose: "begin it with a letter, and use letters, digits and underscores",
});

/** A secret as Pulumi encrypts it. */
const encrypted = z.strictObject({ secure: z.string() });

const value = z.union([
  z.string(),
  z.number().transform(String),
  z.boolean().transform(String),
  encrypted.transform((_, context): never =>
    refuse(context, complaint("wrong-type", "is encrypted, and only secrets are", { prose: "move it to secrets:" })),
  ),
]);

const secret = z.custom<{ readonly secure: string }>(
  (it) => encrypted.safeParse(it).success,
  complaintAt("plain-text-secret", "is stored in plain text", (name, [, project]) => ({
    prose: "encrypt it",
    command: setSecret(undefined, secretId(project === name ? undefined : project, name)),
  })),
);

export const values = named(variable, value).default({});
export const secrets = named(variable, secret).default({});

/** What belongs to the projects of the owner's own, by their names. */
export const projects = named(
  form(/^[a-z0-9][a-z0-9._-]{0,63}$/, "is not the name of a project", {
    prose: "write it as the Compose file's name: has it",
  }),
  mapping({
    values,
    secrets,
    /** Names of the homelab's own values and secrets that this project may use, too. */
    shared: z.array(variable).readonly().default([]),
  }),
).default({});
