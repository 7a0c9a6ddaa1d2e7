import { z } from "zod";
import { ROLES } from "./roles.js";
import type { Role } from "./roles.js";
import { suggest } from "./yaml/suggest.js";

/**
 * Who may reach a port: everyone on the LAN, everyone on the tailnet, one other host, the hosts of a role, the other
 * containers of the same host, or only the host itself.
 */
export type Audience = "lan" | "tailnet" | "containers" | "localhost" | `host:${string}` | `role:${Role}`;

const PLAIN = ["lan", "tailnet", "containers", "localhost"] as const;
const EXAMPLES = [...PLAIN, ...ROLES.map((role) => `role:${role}` as const), "host:NAME"];

const isAudience = (value: string): value is Audience =>
  (PLAIN as readonly string[]).includes(value) ||
  ROLES.some((role) => value === `role:${role}`) ||
  /^host:[a-z0-9-]+$/.test(value);

export const audience = z.string().transform((value, context): Audience => {
  if (isAudience(value)) {
    return value;
  }
  const hint = suggest(value, EXAMPLES).prose;
  context.issues.push({ code: "custom", message: `unknown audience "${value}" -> ${hint}`, input: value });
  return z.NEVER;
});
