import { z } from "zod";
import { reason } from "../compose/reason.js";
import { complaint, form } from "../yaml/complaint.js";
import { mapping, named } from "../yaml/schema.js";
import { MOUNTS } from "../share-paths.js";

/** Where the folder of all shares may lie: the helper on the host changes owners and modes below it. */
const ROOT = /^\/(srv|mnt|media|data|export)(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;
const DEFAULT_SHARES = ["movies", "tv", "music", "backups"];

const person = form(/^[a-z][a-z0-9-]{0,30}$/, "is not a person's name", {
  prose: "use small letters, digits and dashes, with a letter first",
});
const people = z.array(person).readonly().default([]);
const share = mapping({
  /** Who may change its files over SMB. */
  write: people,
  /** Who may only read them. */
  read: people,
  /** Why homelab:backups is to leave it out. */
  "no-backup": reason.optional(),
});

/** homelab:nas: the shares of the host with the role nas. */
export const nas = mapping({
  base: z.enum(["debian", "omv"]).default("debian"),
  /** Folder that has those of the shares in it. */
  root: form(ROOT, "is not a folder for shares", {
    prose: "write an absolute path below /srv, /mnt, /media, /data or /export",
  })
    .refine(
      (path) => path !== MOUNTS && !path.startsWith(`${MOUNTS}/`),
      complaint("reserved-path", "is inside the folder where shares are mounted", {
        prose: `choose a folder outside ${MOUNTS}`,
      }),
    )
    .optional(),
  shares: named(
    form(/^[a-z][a-z0-9-]*$/, "is not a name for a share", { prose: "use small letters, digits and dashes" }),
    share,
  ).default(Object.fromEntries(DEFAULT_SHARES.map((name) => [name, { write: [], read: [] }]))),
});
export type NasConfig = z.infer<typeof nas>;
