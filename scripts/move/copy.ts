import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { streamOn } from "../../hosts/stream.js";
import type { RemoteStream } from "../../hosts/stream.js";
import { runOn } from "../../hosts/ssh.js";
import { MOVED_LABEL, SERVICE_LABEL } from "../../model/labels.js";
import { UserError } from "../lib/command.js";
import { mustRun } from "../lib/on-host.js";
import type { OnHost } from "../lib/on-host.js";
import { differences, manifestReader } from "../lib/manifest.js";
import type { Manifest } from "../lib/manifest.js";

// A volume is read and written by `docker cp` through a container that is made for it and never started: so it takes no
// program on the host or in the image, and keeps owners and modes, which are numbers in the archive.

const SECONDS = 60;
/** Where the container mounts it; no image has a folder there, of which Docker would put a copy into an empty volume. */
const MOUNT_POINT = "/homelab-move";

/** A volume to copy, and an image on both hosts. */
export interface VolumeToCopy {
  readonly name: string;
  readonly image: string;
}

/** What became of a volume. */
export interface Copied {
  readonly entries: number;
  /** The very same was on the other host already. */
  readonly alreadyThere: boolean;
}

/**
 * Copies a volume that nothing writes to, and compares the copy with it.
 *
 * @returns undefined if there is no such volume
 * @throws UserError if the other host has a volume of this name that is not an earlier try, or the copy is not the same
 */
export async function copyVolume(from: OnHost, to: OnHost, volume: VolumeToCopy): Promise<Copied | undefined> {
  if ((await originOf(from, volume.name)) === undefined) {
    return undefined;
  }
  const earlier = await originOf(to, volume.name);
  if (earlier !== undefined) {
    const original = await manifestOf(from, volume);
    if (differences(original, await manifestOf(to, volume)).length === 0) {
      return { entries: original.size, alreadyThere: true };
    }
    await mustRun(to, ["docker", "volume", "rm", volume.name], SECONDS);
  }
  const labels = [`${SERVICE_LABEL}=${volume.name}`, `${MOVED_LABEL}=${from.host.name}`];
  const create = ["docker", "volume", "create", ...labels.flatMap((it) => ["--label", it]), volume.name];
  await mustRun(to, create, SECONDS);
  const original = await transfer(from, to, volume);
  const different = differences(original, await manifestOf(to, volume));
  if (different.length > 0) {
    throw new UserError(
      `The copy of the volume ${volume.name} is not the same: ${different.slice(0, 3).join(", ")}` +
        (different.length > 3 ? ` and ${different.length - 3} more` : ""),
    );
  }
  return { entries: original.size, alreadyThere: false };
}

/**
 * That a host has no volume of this name but what an earlier try of the same move left, and that no container uses it.
 *
 * @param remedy what the owner can do, in a sentence
 * @throws UserError if that is not so
 */
export async function assertFree(to: OnHost, from: string, volume: string, remedy: string): Promise<void> {
  const origin = await originOf(to, volume);
  const users = await usersOf(to, volume);
  if (users.length > 0) {
    throw new UserError(`${to.host.name} has a container that uses a volume ${volume}: ${users.join(", ")}`);
  }
  if (origin !== undefined && origin !== from) {
    throw new UserError(`${to.host.name} has a volume ${volume} already, which did not come from ${from}. ${remedy}`);
  }
}

/** Names of the containers that use a volume, whether or not they run. */
export async function usersOf(at: OnHost, volume: string): Promise<string[]> {
  const list = ["docker", "ps", "--all", "--filter", `volume=${volume}`, "--format", "{{.Names}}"];
  const names = (await mustRun(at, list, SECONDS)).split("\n").filter((name) => name !== "");
  return names.filter((name) => name !== nameFor(volume));
}

/** The host that a volume was copied from; empty if it was not copied, undefined if it is not there. */
export async function originOf({ host, stack }: OnHost, volume: string): Promise<string | undefined> {
  const format = `{{index .Labels "${MOVED_LABEL}"}}`;
  const command = ["docker", "volume", "ls", "--quiet", "--filter", `name=^${volume}$`];
  if ((await mustRun({ host, stack }, command, SECONDS)).trim() === "") {
    return undefined;
  }
  const label = await mustRun({ host, stack }, ["docker", "volume", "inspect", "--format", format, volume], SECONDS);
  return label.trim().replace("<no value>", "");
}

const nameFor = (volume: string): string => `homelab-move-${volume}`;

/** Does something with a container that mounts a volume, and removes it. */
async function withContainer<T>(
  at: OnHost,
  { name, image }: VolumeToCopy,
  use: (name: string) => Promise<T>,
): Promise<T> {
  const container = nameFor(name);
  const mount = `type=volume,source=${name},target=${MOUNT_POINT},volume-nocopy`;
  await runOn(at.host, ["docker", "rm", "--force", container], SECONDS); // of a try that was broken off
  const create = ["docker", "create", "--name", container, "--pull", "never", "--network", "none", "--mount", mount];
  await mustRun(at, [...create, "--entrypoint", "/none", image], SECONDS);
  try {
    return await use(container);
  } finally {
    await runOn(at.host, ["docker", "rm", "--force", container], SECONDS);
  }
}

// The mount point itself is part of the archive: Docker would not set the owner and mode of one that is called ".".
const reading = (container: string): string[] => ["docker", "cp", `${container}:${MOUNT_POINT}`, "-"];
const writing = (container: string): string[] => ["docker", "cp", "-", `${container}:/`];

const nowhere = (): Writable =>
  new Writable({
    write(_chunk, _encoding, done) {
      done();
    },
  });

function manifestOf(at: OnHost, volume: VolumeToCopy): Promise<Manifest> {
  return withContainer(at, volume, async (container) => {
    const source = streamOn(at.host, reading(container));
    const { tap, manifest } = manifestReader();
    try {
      await pipeline(source.stdout, tap, nowhere());
      await succeeded([at, source]);
      return await manifest;
    } finally {
      source.stop();
    }
  });
}

function transfer(from: OnHost, to: OnHost, volume: VolumeToCopy): Promise<Manifest> {
  return withContainer(from, volume, (here) =>
    withContainer(to, volume, async (there) => {
      const source = streamOn(from.host, reading(here));
      const target = streamOn(to.host, writing(there));
      const { tap, manifest } = manifestReader();
      try {
        const piped = pipeline(source.stdout, tap, target.stdin);
        piped.catch(() => undefined); // the ends say why
        await succeeded([from, source], [to, target]);
        await piped;
        return await manifest;
      } finally {
        source.stop();
        target.stop();
      }
    }),
  );
}

/** @throws UserError if one of them did not; where one fails, so may the other */
async function succeeded(...streams: readonly (readonly [OnHost, RemoteStream])[]): Promise<void> {
  const ends = await Promise.all(streams.map(async ([{ host }, { ended }]) => ({ host, why: await ended })));
  const failed = ends.flatMap(({ host, why }) => (why === undefined ? [] : [`${host.name}: ${why}`]));
  if (failed.length > 0) {
    throw new UserError(failed.join("\n"));
  }
}
