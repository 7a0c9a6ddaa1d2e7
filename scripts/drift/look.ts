import { createHash } from "node:crypto";
import { probeHosts } from "../../hosts/probe.js";
import { explain, remedy } from "../../hosts/trouble.js";
import { driftOf, isUrgent, wordsOf } from "../../model/drift/drift.js";
import type { Finding } from "../../model/drift/findings.js";
import type { Observation } from "../../model/drift/observation.js";
import type { HostModel } from "../../model/types.js";
import { remedyText } from "../../model/yaml/remedy.js";
import type { Remedy } from "../../model/yaml/remedy.js";
import { declaredHomelab } from "../lib/declaration.js";
import { tableOf } from "../lib/table.js";

/** What was seen of a host. */
export interface HostDrift {
  readonly host: string;
  readonly status: Observation["status"];
  /** Why it could not be read. */
  readonly reason?: string;
  readonly remedy?: Remedy;
  readonly findings: readonly Finding[];
}

const DRIFTED = 2;
const UNREAD = 3;

/** Looks at every host of a stack. */
export async function lookAt(stack: string): Promise<HostDrift[]> {
  const { hosts } = declaredHomelab(stack);
  const observations = await probeHosts(hosts);
  return hosts.map((host) => driftOn(host, observations.get(host.name), stack));
}

function driftOn(host: HostModel, observation: Observation | undefined, stack: string): HostDrift {
  if (observation?.status === "ok") {
    return { host: host.name, status: "ok", findings: driftOf(host, observation.report).findings };
  }
  const { status, reason } = observation ?? { status: "failed", reason: "it was not asked" };
  return {
    host: host.name,
    status,
    reason: explain(host, status, reason),
    remedy: remedy(host, status, stack),
    findings: [],
  };
}

/** The exit code of `npm run drift`; 0 where nothing differs. */
export function exitCodeOf(seen: readonly HostDrift[]): number {
  if (seen.some(({ status }) => status !== "ok")) {
    return UNREAD;
  }
  return seen.some(({ findings }) => findings.some(isUrgent)) ? DRIFTED : 0;
}

/** What differs, as a table. */
export function describe(seen: readonly HostDrift[]): string {
  const rows = seen.flatMap(({ host, reason, remedy: what, findings }) => [
    ...(reason === undefined ? [] : [[host, "", `${reason}${what === undefined ? "" : `\n-> ${remedyText(what)}`}`]]),
    ...findings.map((finding) => [host, finding.subject, wordsOf(finding)]),
  ]);
  return rows.length === 0
    ? `Nothing differs on ${seen.map(({ host }) => host).join(", ")}.`
    : tableOf(["HOST", "WHAT", "DRIFT"], rows);
}

/** What differs, a line each, for where there is no room for a table. */
export const linesOf = (seen: readonly HostDrift[]): string[] =>
  seen.flatMap(({ host, reason, findings }) => [
    ...(reason === undefined ? [] : [`${host}: ${reason}`]),
    ...findings.map((finding) => `${host}, ${finding.subject}: ${wordsOf(finding)}`),
  ]);

/** The same for the same differences, although their words have another time or size in them. */
export function digestOf(seen: readonly HostDrift[]): string {
  const all = seen.flatMap(({ host, status, findings }) => [
    [host, status],
    ...findings.map(({ kind, code, name, item = "" }) => [host, kind, code, name, item]),
  ]);
  const texts = all.map((it) => JSON.stringify(it)).sort();
  return createHash("sha256").update(texts.join("\n")).digest("hex").slice(0, 16);
}
