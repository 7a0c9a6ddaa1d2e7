import { z } from "zod";
import { setSecret } from "../compose/names.js";
import { complaintAt } from "../yaml/complaint.js";

const REFERENCE = /^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/;

/** A name for a secret, from where it is used: NOTIFY_NTFY_TOKEN. */
const nameFor = (path: readonly string[]): string =>
  path
    .join("_")
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, "_");

/** `${NAME}`, a secret of homelab:secrets, and nothing else; read as its name. */
export const secretReference = z
  .string()
  .refine(
    (text) => REFERENCE.test(text),
    complaintAt("plain-text-secret", "is a secret, which only homelab:secrets may have", (_, path) => ({
      prose: `write "\${${nameFor(path)}}" here, and set that`,
      command: setSecret(undefined, nameFor(path)),
    })),
  )
  .meta({ pattern: REFERENCE.source })
  .transform((text) => text.slice(2, -1));
