import { z } from "zod";
import { audiences } from "../audience.js";
import { form } from "../yaml/complaint.js";
import { mapping } from "../yaml/schema.js";

/** Of one label, below the homelab's domain, or in full. */
const routeName = form(
  /^(?=.{1,200}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/,
  "is not a host name",
  { prose: "write one word, as in jellyfin, for a name below homelab:domain, or a whole host name" },
);

const described = mapping({
  /** @default the service's key */
  name: routeName.optional(),
  /** In the container; @default the only one that it publishes */
  port: z.int().min(1).max(65535).optional(),
  /** How the service itself is spoken to; its certificate is not checked. */
  scheme: z.enum(["http", "https"]).default("http"),
  /** @default everybody who reaches Traefik */
  audience: audiences.optional(),
});

/** A name by which Traefik leads to the service. */
export type ComposeRoute = z.infer<typeof described>;

const route = z.union([routeName.transform((name): ComposeRoute => ({ name, scheme: "http" })), described]);

/** One, or several, of which each has a port of its own. */
export const routes = z.union([route.transform((it): readonly ComposeRoute[] => [it]), z.array(route).readonly()]);
