import type { ProbeReport } from "./report.js";

/** Why nothing is known of a host. */
export type Trouble =
  | "unreachable"
  | "timed out"
  | "wrong host key"
  | "another host"
  | "refused"
  | "too many keys"
  | "no key"
  | "account locked"
  | "not bootstrapped"
  | "helper too old"
  | "program too old"
  | "failed";

/** What the probe of a host came to. */
export type Observation =
  { readonly status: "ok"; readonly report: ProbeReport } | { readonly status: Trouble; readonly reason: string };
