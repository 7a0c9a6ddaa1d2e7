import { createHash } from "node:crypto";
import pLimit from "p-limit";
import type { Observation, Trouble } from "../model/drift/observation.js";
import { readReport } from "../model/drift/report.js";
import { lastLine, runOn, SSH_FAILED } from "./ssh.js";
import { keysAtHand, refusalWith } from "./keys.js";
import type { RemoteResult, SshHost } from "./ssh.js";

/** Account that may run the probe and nothing else. */
const USER = "probe";

const CONCURRENCY = 16;
const TIMEOUT_SECONDS = 20;

/**
 * Probes hosts in parallel, without changing anything: one SSH connection each.
 *
 * @param options.concurrency number of hosts at a time; @default 16
 * @param options.timeoutSeconds time limit of a host; @default 20
 */
export async function probeHosts(
  hosts: readonly SshHost[],
  { concurrency = CONCURRENCY, timeoutSeconds = TIMEOUT_SECONDS } = {},
): Promise<ReadonlyMap<string, Observation>> {
  const limit = pLimit(concurrency);
  const found = await limit.map(hosts, async (host) => [host.name, await probe(host, timeoutSeconds, hosts)] as const);
  return new Map(found);
}

/** Failures that may pass, as on a host under load, and are worth a second try; a rejected key stays rejected. */
const PASSING: readonly Observation["status"][] = ["unreachable", "timed out", "failed"];

async function probe(host: SshHost, timeoutSeconds: number, all: readonly SshHost[]): Promise<Observation> {
  const first = await probeOnce(host, timeoutSeconds, all);
  return PASSING.includes(first.status) ? probeOnce(host, timeoutSeconds, all) : first;
}

async function probeOnce(host: SshHost, timeoutSeconds: number, all: readonly SshHost[]): Promise<Observation> {
  const result = await runOn(host, ["probe"], timeoutSeconds, { user: USER });
  const observation = understand(result, timeoutSeconds);
  if (observation.status === "wrong host key") {
    const other = ownerOfKey(result.stderr, all);
    return other === undefined ? observation : { status: "another host", reason: `it has the host key of ${other}` };
  }
  if (observation.status !== "refused") {
    return observation;
  }
  // A key that may deploy may also probe: if only deploying works, the probe account is missing.
  const deployer = await runOn(host, ["true"], timeoutSeconds);
  return deployer.ok
    ? { status: "not bootstrapped", reason: `the account ${USER} cannot log in` }
    : refusalWith(await keysAtHand(), observation.reason);
}

/** Meaning of messages of ssh(1) and sudo(8), which are never translated. */
const MEANINGS: readonly (readonly [RegExp, Trouble])[] = [
  [/host key verification failed|no matching host key type/i, "wrong host key"],
  [/too many authentication failures/i, "too many keys"],
  [/account has expired|account is (locked|not available)/i, "account locked"],
  [/permission denied/i, "refused"],
];

/** Name of our host whose key ssh(1) reports, as after a change of addresses; undefined if it is no key of ours. */
export function ownerOfKey(stderr: string, hosts: readonly Pick<SshHost, "name" | "hostKey">[]): string | undefined {
  const shown = /^SHA256:[A-Za-z0-9+/]+/m.exec(stderr)?.[0];
  return hosts.find(({ hostKey }) => fingerprintOf(hostKey) === shown)?.name;
}

/** Fingerprint of a key, as ssh-keygen(1) prints it. */
function fingerprintOf(publicKey: string): string {
  const key = Buffer.from(publicKey.split(" ")[1] ?? "", "base64");
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

/** Output of nologin(8), the shell of a locked account. */
const LOCKED = /^This account is currently not available/m;

/** The last line that matches, without its full stop. */
const lineWith = (words: RegExp, text: string): string =>
  (text.split("\n").findLast((line) => words.test(line)) ?? "").trim().replace(/\.$/, "");

/** Why there was no connection, from the messages of ssh(1). */
export function connectionTrouble(said: string): { status: Trouble; reason: string } {
  const [words, status] = MEANINGS.find(([it]) => it.test(said)) ?? [/./, "unreachable" as const];
  return { status, reason: lineWith(words, said) || "ssh gives no reason" };
}

/** State of a host, from the result of its probe. */
export function understand({ ok, exitCode, stdout, stderr }: RemoteResult, timeoutSeconds: number): Observation {
  const reason = lastLine(stderr).replace(/\.$/, ""); // it becomes part of a sentence
  if (ok) {
    return readReport(stdout);
  }
  if (exitCode === undefined) {
    return { status: "timed out", reason: `no report within ${timeoutSeconds} s` };
  }
  if (exitCode === SSH_FAILED) {
    return connectionTrouble(stderr);
  }
  if (LOCKED.test(stdout)) {
    return { status: "account locked", reason: lastLine(stdout).replace(/\.$/, "") };
  }
  if (/^sudo:|not found/m.test(stderr)) {
    return { status: "not bootstrapped", reason };
  }
  return exitCode === USAGE
    ? { status: "helper too old", reason: "its helper has no probe" }
    : { status: "failed", reason: reason || `the probe ended with ${exitCode}` };
}

/** Exit code of the helper for an unknown command. */
const USAGE = 64;
