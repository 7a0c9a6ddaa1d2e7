import { isUtf8 } from "node:buffer";
import { existsSync, readFileSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import type { SshHost } from "../../hosts/ssh.js";
import { UserError } from "../lib/command.js";
import type { Found } from "./context.js";
import { composeFromHost } from "./from-host.js";

/** What is taken over. */
export interface Original {
  readonly text: string;
  /** As the user knows it. */
  readonly title: string;
  /** Where its relative paths lead. */
  readonly directory: string;
  /** Looks at what is there. */
  readonly look: (path: string) => Found;
  /** What its project is called, if nothing else is said. */
  readonly name: string;
}

/**
 * A Compose file.
 *
 * @param given the path as the user has given it
 * @throws UserError if it is not there, or is no text
 */
export async function fileAt(path: string, given: string): Promise<Original> {
  const directory = dirname(path);
  return {
    text: await textOf(path, given),
    title: basename(path),
    directory,
    look: lookFrom(directory),
    name: basename(directory),
  };
}

/**
 * The Compose file of a container that runs already; all its paths are the host's.
 *
 * @throws UserError if there is none, or the host cannot be asked
 */
export async function containerOn(host: SshHost, name: string): Promise<Original> {
  return {
    text: await composeFromHost(host, name),
    title: `the container ${name}`,
    directory: "/",
    look: () => ({ kind: "missing" }), // here, where it does not run
    name,
  };
}

async function textOf(path: string, name: string): Promise<string> {
  if (!existsSync(path)) {
    throw new UserError(`${name} is not there`);
  }
  const bytes = await readFile(path);
  if (!isUtf8(bytes)) {
    throw new UserError(`${name} is not UTF-8 text`);
  }
  return bytes.toString("utf8");
}

/** Looks at what a Compose file names by paths relative to its directory. */
function lookFrom(directory: string): (path: string) => Found {
  return (path) => {
    const full = path.startsWith("~") ? join(homedir(), path.slice(1)) : resolve(directory, path);
    const facts = statSync(full, { throwIfNoEntry: false });
    if (facts === undefined || facts.isDirectory()) {
      return { kind: facts === undefined ? "missing" : "directory" };
    }
    if (!facts.isFile()) {
      return { kind: "binary" };
    }
    const bytes = readFileSync(full);
    const executable = (facts.mode & 0o111) !== 0;
    return isUtf8(bytes) ? { kind: "file", text: bytes.toString("utf8"), executable } : { kind: "binary" };
  };
}
