import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandLine } from "../../../model/command-line.js";
import { nameInUrn, parseName } from "../../../model/resource-names.js";
import type { HostModel } from "../../../model/types.js";
import { probeHosts } from "../../../hosts/probe.js";
import { explain, remedy } from "../../../hosts/trouble.js";
import { remedyText } from "../../../model/yaml/remedy.js";
import { backendOf } from "../../lib/backend.js";
import { UserError } from "../../lib/command.js";
import { PulumiStack } from "../../lib/pulumi-stack.js";
import { counted } from "../../lib/quantity.js";
import { withResources } from "../../lib/state-edit.js";
import { creationsIn } from "./creations.js";
import { objectsOn } from "./objects.js";
import type { SeenObjects } from "./objects.js";
import { examined } from "./examined.js";
import type { Rejected } from "./examined.js";

// A lost state is rebuilt from what the program declares, by an update plan of the engine, and from what the hosts have of it.
// All of it happens in a state of its own, which takes the place of the lost one once it is complete.

/**
 * Rebuilds a state that is lost: whatever carries our label on the hosts and is as declared belongs to it again. The rest is
 * for a deployment, which applies settings again and recreates containers that are not as declared.
 *
 * @returns what was done, in sentences
 * @throws UserError where there is a state, where a host does not answer, or where the engine fails
 */
export async function rebuildState(stack: PulumiStack, hosts: readonly HostModel[]): Promise<string> {
  const seen = await objectsOf(stack.name, hosts);
  const { state, rejected } = await withScratchStack(stack, (scratch) => takeOver(scratch, seen));
  await stack.importState(state);
  return describe(await stack.resources(), rejected);
}

/** @throws UserError where there is a state */
export async function refuseIfNotLost(stack: PulumiStack): Promise<void> {
  if (!(await stack.isEmpty())) {
    throw new UserError(
      `The stack "${stack.name}" has a state, so there is nothing to recover.\n-> ${commandLine("deploy", stack.name)}`,
    );
  }
}

async function objectsOf(stack: string, hosts: readonly HostModel[]): Promise<SeenObjects> {
  const observations = await probeHosts(hosts);
  const troubles = hosts.flatMap((host) => {
    const seen = observations.get(host.name);
    if (seen?.status === "ok") {
      return seen.report.containers === null ? [`${host.name}: Docker does not answer.`] : [];
    }
    const { status, reason } = seen ?? { status: "failed", reason: "it was not asked" };
    return [`${explain(host, status, reason)}\n-> ${remedyText(remedy(host, status, stack))}`];
  });
  if (troubles.length > 0) {
    throw new UserError(
      `${troubles.join("\n")}\nNothing was recovered: what a host has cannot be taken over later, and would be recreated.`,
    );
  }
  const objects = await Promise.all(
    hosts.flatMap((host) => {
      const seen = observations.get(host.name);
      return seen?.status === "ok" ? [objectsOn({ host, stack }, seen.report)] : [];
    }),
  );
  return new Map(objects.flatMap((it) => [...it]));
}

/** A stack of the same project, name and passphrase, whose state is in a folder that is removed afterwards. */
async function withScratchStack<Result>(
  { directory, name, env }: PulumiStack,
  use: (scratch: PulumiStack) => Promise<Result>,
): Promise<Result> {
  const { url = "" } = backendOf(directory, { ...process.env, ...env }) ?? {};
  if (/^https?:/.test(url)) {
    // Its secrets are encrypted there, and not by a passphrase.
    throw new UserError(
      `The state is in ${url}, which keeps its former versions: find the last one that was whole, and put it back.\n` +
        `-> npx pulumi stack history --stack ${name}\n-> npx pulumi stack export --stack ${name} --version VERSION`,
    );
  }
  const folder = await mkdtemp(join(tmpdir(), "homelab-recover-"));
  try {
    const scratch = new PulumiStack(directory, name, { ...env, PULUMI_BACKEND_URL: `file://${folder}` });
    await scratch.selectOrCreate();
    return await use(scratch);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A state, as the engine exports it, and what could not be part of it. */
interface TakenOver {
  readonly state: string;
  readonly rejected: Rejected;
}

/**
 * Takes over what can be, in rounds: what an object is declared to be may depend on the ID of another one, which the engine
 * knows once that one is in the state.
 */
async function takeOver(scratch: PulumiStack, seen: SeenObjects): Promise<TakenOver> {
  const rejected = new Map<string, readonly string[]>();
  const left = new Map(seen);
  for (let more = true; more;) {
    const known = new Set((await scratch.resources()).map(({ urn }) => urn));
    const found = creationsIn(await planOf(scratch), left, known);
    const names = found.resources.map(({ urn }) => nameInUrn(urn)).filter((name) => left.has(name));
    if (names.length === 0) {
      break;
    }
    await scratch.importState(withResources(await scratch.exportState(), found.resources));
    const round = examined(await scratch.must(["stack", "export", "--show-secrets"]), left);
    await scratch.importState(round.state);
    // The provider reads what it can, so that the next preview compares the declaration with the hosts.
    await scratch.must(["refresh", "--yes", "--skip-preview"]);
    round.rejected.forEach((what, name) => rejected.set(name, what));
    names.forEach((name) => left.delete(name));
    ({ more } = found);
  }
  return { state: await scratch.exportState(), rejected };
}

async function planOf(scratch: PulumiStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "homelab-plan-"));
  try {
    const file = join(folder, "plan.json");
    await scratch.must(["preview", "--save-plan", file]);
    return await readFile(file, "utf8");
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** As in "labels and networks differ". */
const listed = (what: readonly string[]): string =>
  `${what.join(" and ")} ${what.length === 1 && what[0] === "environment" ? "differs" : "differ"}`;

function describe(resources: readonly { readonly urn: string }[], rejected: Rejected): string {
  const kinds = resources.map(({ urn }) => parseName(nameInUrn(urn))?.kind);
  const count = (kind: "container" | "network" | "volume"): string =>
    counted(kinds.filter((it) => it === kind).length, kind);
  return [
    `The state is rebuilt from the hosts: ${count("container")}, ${count("network")} and ${count("volume")} belong to it again.`,
    ...[...rejected].map(
      ([name, what]) => `${name} is not taken over, since its ${listed(what)} from what is declared.`,
    ),
  ].join("\n");
}
