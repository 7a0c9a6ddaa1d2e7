import { differentLines } from "./setting.js";

/** What stands for a host where the tailnet's policy is meant, which is no host's. No host can have this name. */
export const TAILNET_ROW = "(tailnet)";

/** What is different about the tailnet's policy: who is granted what, and without the marks, which always differ. */
export function policyDetails(was: unknown, is: unknown): string[] {
  return typeof was === "string" && typeof is === "string"
    ? differentLines(was, is, (line) => !/^\s*\/\/ (homelab|It replaced)/.test(line))
    : [];
}
