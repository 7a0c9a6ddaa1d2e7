import { nameInUrn, parseName } from "../../model/resource-names.js";
import { SERVICE_LABEL } from "../../model/labels.js";
import { graceSeconds } from "../../model/services/limits.js";
import { UserError } from "../lib/command.js";
import { mustRun } from "../lib/on-host.js";
import type { OnHost } from "../lib/on-host.js";
import type { StateResource } from "../lib/operation.js";
import type { PulumiStack } from "../lib/pulumi-stack.js";
import { counted } from "../lib/quantity.js";
import { withRetained } from "../lib/state-edit.js";
import { assertFree, copyVolume, usersOf } from "./copy.js";
import { moveCommand } from "./plan.js";
import type { Move } from "./plan.js";

const SECONDS = 60;
/** An image may be large, and a registry slow. */
const PULL_SECONDS = 1800;

/** Both hosts of a move. */
export interface Ends {
  readonly from: OnHost;
  readonly to: OnHost;
}

/** How far a move has come. */
export type Stage = "to copy" | "moved";

/**
 * How far a move has come, by what is on the hosts.
 *
 * @throws UserError if something on one of them is not this program's, or would be lost
 */
export async function stageOf({ wish, services, volumes }: Move, { from, to }: Ends): Promise<Stage> {
  const [here, there] = await Promise.all([containersOn(from), containersOn(to)]);
  const foreign = (containers: ReadonlyMap<string, boolean>): string | undefined =>
    services.find(({ name }) => containers.get(name) === false)?.name;
  const [stranger, other] = [foreign(here), foreign(there)];
  if (stranger !== undefined) {
    throw new UserError(
      `The container ${stranger} on ${wish.from} is not this program's, and so not moved. To let it take its place first: ` +
        `npm run adopt -- ${wish.from} ${stranger}`,
    );
  }
  if (other !== undefined) {
    throw new UserError(
      `${wish.to} has a container ${other} that is not this program's: rename or remove it, then move ${wish.service}`,
    );
  }
  if (services.some(({ name }) => there.has(name))) {
    return "moved";
  }
  for (const { name } of volumes) {
    const back = moveCommand({ ...wish, from: wish.to, to: wish.from }, to.stack, "--remove-old-copy");
    const remedy = `If it is an old copy: ${back}. Otherwise look at it, then on ${wish.to}: docker volume rm ${name}`;
    await assertFree(to, wish.from, name, remedy);
  }
  return "to copy";
}

/** The containers of a host, and whether each is this program's. */
async function containersOn(at: OnHost): Promise<ReadonlyMap<string, boolean>> {
  const format = `{{.Names}}\t{{.Label "${SERVICE_LABEL}"}}`;
  const lines = (await mustRun(at, ["docker", "ps", "--all", "--format", format], SECONDS)).split("\n");
  return new Map(
    lines.flatMap((line): [string, boolean][] => {
      const [name = "", label = ""] = line.split("\t");
      return name === "" ? [] : [[name, label !== ""]];
    }),
  );
}

/**
 * Stops the services, and copies and compares their volumes. Whatever is broken off goes on from there when it is called
 * again.
 *
 * @param say is told of each step that is done
 */
export async function copyData(move: Move, { from, to }: Ends, say: (line: string) => void): Promise<void> {
  for (const image of new Set(move.services.map(({ definition }) => definition.image))) {
    await mustRun(to, ["docker", "pull", "--quiet", image], PULL_SECONDS); // first, as long as everything runs
  }
  const there = await containersOn(from);
  for (const { name, definition } of [...move.services].reverse()) {
    if (there.has(name)) {
      const grace = graceSeconds(definition);
      await mustRun(from, ["docker", "update", "--restart", "no", name], SECONDS); // not even with the host
      await mustRun(from, ["docker", "stop", "--time", String(grace), name], grace + SECONDS);
    }
  }
  say(`stopped on ${move.wish.from}: ${move.services.map(({ name }) => name).join(", ")}`);
  for (const volume of move.volumes) {
    const others = (await usersOf(from, volume.name)).filter((user) =>
      move.services.every(({ name }) => name !== user),
    );
    if (others.length > 0) {
      throw new UserError(
        `${others.join(", ")} on ${move.wish.from} uses the volume ${volume.name} as well: stop it first`,
      );
    }
    const copied = await copyVolume(from, to, volume);
    const files = copied && counted(copied.entries, "entry").replace(/entrys$/, "entries");
    say(
      files === undefined
        ? `volume ${volume.name}: ${move.wish.from} has none, so there is nothing to copy`
        : `volume ${volume.name}: ${files}, ${copied?.alreadyThere ? "was there already" : "copied"}, the same on both hosts`,
    );
  }
}

/** Sees to it that the next deployment leaves the volumes on the host that the services go away from. */
export async function retainVolumes({ wish, volumes }: Move, stack: PulumiStack): Promise<void> {
  const urns = volumeUrns(await stack.resources(), wish.from, new Set(volumes.map(({ name }) => name)));
  if (urns.length > 0) {
    await stack.importState(withRetained(await stack.exportState(), urns));
  }
}

const volumeUrns = (resources: readonly StateResource[], host: string, volumes: ReadonlySet<string>): string[] =>
  resources
    .map(({ urn }) => urn)
    .filter((urn) => {
      const it = parseName(nameInUrn(urn));
      return it?.kind === "volume" && it.host === host && volumes.has(it.name);
    });
