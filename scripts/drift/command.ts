import { probeHosts } from "../../hosts/probe.js";
import type { Observation } from "../../model/drift/observation.js";
import { explain, remedy } from "../../hosts/trouble.js";
import { driftOf, isDrift, wordsOf } from "../../model/drift/drift.js";
import type { Finding } from "../../model/drift/findings.js";
import type { HostModel } from "../../model/types.js";
import { declaredHomelab } from "../lib/declaration.js";
import { remedyText } from "../../model/yaml/remedy.js";
import type { Remedy } from "../../model/yaml/remedy.js";
import { runCommand, stackCommand } from "../lib/command.js";
import { forgeOf, keepIssue } from "../lib/forge.js";
import { tableOf } from "../lib/table.js";

interface Options {
  readonly stack: string;
  readonly json: boolean;
  readonly issue: boolean;
}

/** What was seen of a host. */
interface HostDrift {
  readonly host: string;
  readonly status: Observation["status"];
  /** Why it could not be read. */
  readonly reason?: string;
  readonly remedy?: Remedy;
  readonly findings: readonly Finding[];
}

const DRIFTED = 2;
const UNREAD = 3;

/** Shows how the hosts differ from how they were left, without an engine or a passphrase. Changes nothing. */
async function drift({ stack, json, issue }: Options): Promise<void> {
  const { hosts } = declaredHomelab(stack);
  const observations = await probeHosts(hosts);
  const seen = hosts.map((host) => driftOn(host, observations.get(host.name), stack));
  console.log(json ? JSON.stringify({ hosts: seen }, null, 2) : describe(seen));
  process.exitCode = exitCodeOf(seen);
  if (issue) {
    const text = process.exitCode === 0 ? undefined : `\n\`\`\`text\n${describe(seen)}\n\`\`\`\n`;
    const mark = `<!-- homelab-drift: ${stack} -->`;
    console.log(`issue: ${await keepIssue(forgeOf(process.env), mark, `Drift in ${stack}`, text)}`);
  }
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

function exitCodeOf(seen: readonly HostDrift[]): number {
  if (seen.some(({ status }) => status !== "ok")) {
    return UNREAD;
  }
  return seen.some(({ findings }) => findings.some(isDrift)) ? DRIFTED : 0;
}

function describe(seen: readonly HostDrift[]): string {
  const rows = seen.flatMap(({ host, reason, remedy: what, findings }) => [
    ...(reason === undefined ? [] : [[host, "", `${reason}${what === undefined ? "" : `\n-> ${remedyText(what)}`}`]]),
    ...findings.map((finding) => [host, finding.subject, wordsOf(finding)]),
  ]);
  return rows.length === 0
    ? `Nothing differs on ${seen.map(({ host }) => host).join(", ")}.`
    : tableOf(["HOST", "WHAT", "DRIFT"], rows);
}

void runCommand(
  stackCommand(
    "drift",
    "Show how the hosts differ from how they were left: exit 2 if they do, 3 if one cannot be read.",
  )
    .option("--json", "print JSON", false)
    .option("--issue", "in a workflow: keep one open issue with it, and close that when nothing differs", false)
    .action(drift),
);
