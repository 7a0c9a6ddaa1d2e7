import { z } from "zod";
import { form } from "../yaml/complaint.js";
import { mapping } from "../yaml/schema.js";

const described = mapping({
  /** @default its key */
  name: z.string().optional(),
  /** @default the name of its host */
  group: z.string().optional(),
  /** A file name of Homepage's icon sets, or a URL; @default the key with .png */
  icon: z.string().optional(),
  description: z.string().optional(),
  /** Path of its page, as in /dashboard/; @default / */
  path: form(/^\/[^\s"'`]*$/, "is not a path", { prose: "write it as in /dashboard/" }).optional(),
  /** As Homepage takes it: gethomepage.dev/widgets. */
  widget: z.record(z.string(), z.unknown()).optional(),
});

/** What the dashboard shows of a service that has a page; what is not said is derived. false: nothing. */
export const tile = z.union([z.literal(false), described]);
