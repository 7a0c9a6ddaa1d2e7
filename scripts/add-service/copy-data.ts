import { spawn } from "node:child_process";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { lastLine, runOn } from "../../hosts/ssh.js";
import type { SshHost } from "../../hosts/ssh.js";
import { streamOn } from "../../hosts/stream.js";
import type { RemoteStream } from "../../hosts/stream.js";
import { UserError } from "../lib/command.js";
import { differences, manifestReader } from "../lib/manifest.js";
import type { Manifest } from "../lib/manifest.js";

// A directory of a host is read and written by `docker cp` through a container that is never started, of an image with
// nothing in it: so it takes no program on the host, no registry and no root, and keeps owners and modes.

const SECONDS = 60;
const NAME = "homelab-copy-data";
const IMAGE = `${NAME}:empty`;
/** Where the container has the directory; archives begin with it. */
const ROOT = NAME;
/** A tar archive of nothing: its end. */
const EMPTY_ARCHIVE = Buffer.alloc(1024);

/** A directory beside a Compose file, and what it is on a host. */
export interface DataToCopy {
  /** Path on this machine. */
  readonly here: string;
  /** Absolute path on the host. */
  readonly there: string;
}

/** What became of a directory. */
export interface CopiedData {
  /** Files, folders and links, the directory itself among them. */
  readonly entries: number;
  /** The very same was on the host already. */
  readonly alreadyThere: boolean;
}

/**
 * Copies a directory to a host, where there is nothing yet, and compares the copy with it.
 *
 * @throws UserError if the host has other data there, cannot be reached, or the copy is not the same
 */
export async function copyData(host: SshHost, { here, there }: DataToCopy): Promise<CopiedData> {
  return withDirectory(host, there, async () => {
    const original = await archive(here);
    const found = await manifestOf(host);
    if ([...found.keys()].some((path) => path !== `${ROOT}/`)) {
      if (differences(original, found).length > 0) {
        throw new UserError(
          `${host.name} has data in ${there} already, and they are not those of ${here}: nothing was copied.\n` +
            `-> if they are of a copy that was broken off, remove them on ${host.name}: sudo rm -r ${there}`,
        );
      }
      return { entries: original.size, alreadyThere: true };
    }
    const sent = await archive(here, [host, streamOn(host, ["docker", "cp", "-", `${NAME}:/`])]);
    const different = differences(sent, await manifestOf(host));
    if (different.length > 0) {
      throw new UserError(
        `${there} on ${host.name} is not the same as ${here}: ${different.slice(0, 3).join(", ")}` +
          (different.length > 3 ? ` and ${different.length - 3} more` : ""),
      );
    }
    return { entries: sent.size, alreadyThere: false };
  });
}

/** Does something while a container has a directory of the host, which is made if it is not there. */
async function withDirectory<T>(host: SshHost, directory: string, use: () => Promise<T>): Promise<T> {
  await must(host, ["docker", "import", "-", IMAGE], EMPTY_ARCHIVE);
  await runOn(host, ["docker", "rm", "--force", NAME], SECONDS); // of a try that was broken off
  const create = ["docker", "create", "--name", NAME, "--pull", "never", "--network", "none"];
  await must(host, [...create, "--volume", `${directory}:/${ROOT}`, "--entrypoint", "/none", IMAGE]);
  try {
    return await use();
  } finally {
    await runOn(host, ["docker", "rm", "--force", NAME], SECONDS);
    await runOn(host, ["docker", "rmi", IMAGE], SECONDS);
  }
}

async function must(host: SshHost, command: readonly string[], input?: Buffer): Promise<void> {
  const { ok, stderr } = await runOn(host, command, SECONDS, input === undefined ? {} : { input });
  if (!ok) {
    throw new UserError(`${host.name}: ${lastLine(stderr) || `${command.slice(0, 2).join(" ")} failed`}`);
  }
}

async function manifestOf(host: SshHost): Promise<Manifest> {
  const source = streamOn(host, ["docker", "cp", `${NAME}:/${ROOT}`, "-"]);
  const { tap, manifest } = manifestReader();
  try {
    await pipeline(source.stdout, tap, nowhere());
    await succeeded(host, source.ended);
    return await manifest;
  } finally {
    source.stop();
  }
}

/** Packs a directory of this machine, for a host or only to see what it holds. */
async function archive(here: string, to?: readonly [SshHost, RemoteStream]): Promise<Manifest> {
  // Names below ROOT, but not those that symbolic links lead to; a file with two names is two files.
  const names = ["--transform", `flags=rSH;s,^\\.,${ROOT},`, "--hard-dereference"];
  const tar = spawn("tar", ["-C", here, ...names, "--numeric-owner", "-cf", "-", "."], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stderr = "";
  tar.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
  const ended = new Promise<string | undefined>((resolve) => {
    tar.once("error", (error) => {
      resolve(error.message);
    });
    tar.once("close", (code) => {
      resolve(code === 0 ? undefined : lastLine(stderr) || "tar failed");
    });
  });
  const { tap, manifest } = manifestReader();
  try {
    const piped = pipeline(tar.stdout, tap, to?.[1].stdin ?? nowhere());
    piped.catch(() => undefined); // the ends say why
    const why = await ended;
    if (why !== undefined) {
      throw new UserError(`${here} cannot be read whole: ${why}`);
    }
    if (to !== undefined) {
      await succeeded(to[0], to[1].ended);
    }
    await piped;
    return await manifest;
  } finally {
    to?.[1].stop();
  }
}

const nowhere = (): Writable =>
  new Writable({
    write(_chunk, _encoding, done) {
      done();
    },
  });

/** @throws UserError if it did not */
async function succeeded({ name }: SshHost, ended: Promise<string | undefined>): Promise<void> {
  const why = await ended;
  if (why !== undefined) {
    throw new UserError(`${name}: ${why}`);
  }
}
