import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { traitsOf } from "../../model/roles.js";
import { LoginError, runAsAdmin, runAsRoot } from "./admin-login.js";
import type { AdminAccess, PinnedHost } from "./admin-login.js";
import { bundle } from "./bundle.js";
import { PROGRAM } from "../lib/project.js";

export interface BootstrapOptions extends AdminAccess {
  /** Public keys that may deploy, and look. */
  readonly deployKeys: readonly string[];
  /** Public keys that may only look. */
  readonly probeKeys: readonly string[];
  /** Reboot a host whose kernel needs it, and wait until it is back. @default false */
  readonly reboot?: boolean;
  /** Directory of the helper. @default this program's */
  readonly helper?: string;
  /** Is called with whatever a host has to say. */
  readonly report?: (fact: HostFact) => void;
}

/** What a host has to say: `+` it was changed, `-` it was so already, `?` to look at, `!` it failed. */
export interface HostFact {
  readonly host: string;
  readonly sign: "+" | "-" | "?" | "!";
  readonly text: string;
}

/** Unpacks what comes on standard input, of which bootstrap.sh is a part, and lets that do the rest. */
export const RECEIVE = 'd=$(mktemp -d) && tar --no-same-owner -xf - -C "$d" && sh "$d/helper/bootstrap.sh" "$d"';
/** Installing packages on a Pi Zero takes its time. */
const TIMEOUT_MS = 30 * 60_000;
const REBOOT_TIMEOUT_MS = 5 * 60_000;
const BETWEEN_TRIES_MS = 2000;
const SHOWN_OF_LOG = 8;

/**
 * Makes hosts ready for the homelab: accounts, helper, Docker Engine. All at once; one that fails costs only itself.
 *
 * @returns every fact, of which those with the sign `!` are failures
 */
export async function bootstrapHosts(hosts: readonly PinnedHost[], options: BootstrapOptions): Promise<HostFact[]> {
  const perHost = await Promise.all(hosts.map((host) => bootstrapHost(host, options)));
  return perHost.flat();
}

async function bootstrapHost(host: PinnedHost, options: BootstrapOptions): Promise<HostFact[]> {
  const facts: HostFact[] = [];
  const say = (sign: HostFact["sign"], text: string): void => {
    const fact = { host: host.name, sign, text };
    facts.push(fact);
    options.report?.(fact);
  };
  try {
    const before = await runScript(host, options, options.reboot ?? false, say);
    if (before !== undefined) {
      await backAgain(host, options, before);
      say("+", "rebooted");
      await runScript(host, options, false, say);
    }
  } catch (error) {
    if (!(error instanceof LoginError)) {
      throw error;
    }
    say("!", error.message);
  }
  return facts;
}

/** @returns what the host is to be told by after the reboot that it is about to do; undefined if it does none */
async function runScript(
  host: PinnedHost,
  options: BootstrapOptions,
  reboot: boolean,
  say: (sign: HostFact["sign"], text: string) => void,
): Promise<string | undefined> {
  const { admin, deployKeys, probeKeys } = options;
  const { packages } = traitsOf(host.role);
  const request = { hostname: host.name, admin, packages, deployKeys, probeKeys, reboot };
  const input = await bundle(options.helper ?? join(PROGRAM, "helper"), request);
  const said: { failure: boolean; rebooting?: string } = { failure: false };
  const onLine = (line: string): void => {
    const [, sign, text = ""] = /^([-+?!=]) (.*)$/.exec(line) ?? [];
    if (sign === "=") {
      said.rebooting = text.replace("rebooting ", "");
    } else if (sign !== undefined) {
      said.failure ||= sign === "!";
      say(sign as HostFact["sign"], text);
    }
  };
  const { exitCode, stderr } = await runAsRoot(host, options, RECEIVE, { input, onLine, timeoutMs: TIMEOUT_MS });
  if (exitCode !== 0 && said.rebooting === undefined) {
    const log = stderr.trim().split("\n").slice(-SHOWN_OF_LOG);
    const end = log.map((line) => `\n    | ${line}`).join("");
    say("!", `${said.failure ? "the end of its log" : `it broke off with exit code ${exitCode}; try it again`}:${end}`);
  }
  return said.rebooting;
}

/** Returns when one can log in to a host that has rebooted. */
async function backAgain(host: PinnedHost, access: AdminAccess, before: string): Promise<void> {
  const end = Date.now() + REBOOT_TIMEOUT_MS;
  while (Date.now() < end) {
    await pause(BETWEEN_TRIES_MS);
    const look = ["cat", "/proc/sys/kernel/random/boot_id", "/proc/1/stat"];
    const { stdout, exitCode } = await runAsAdmin(host, { ...access, interactive: false }, look, { timeoutMs: 10_000 });
    if (exitCode === 0 && bootIdentity(stdout) !== before) {
      return;
    }
  }
  throw new LoginError("it was told to reboot and did not come back within 5 minutes: look at it, then run this again");
}

/** As boot_identity of helper/bootstrap/machine.sh prints it. */
function bootIdentity(text: string): string {
  const [id = "", stat = ""] = text.split("\n");
  return `${id} ${stat.split(" ")[21] ?? ""}`;
}
