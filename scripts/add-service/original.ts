import { isUtf8 } from "node:buffer";
import { existsSync, readFileSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { UserError } from "../lib/command.js";
import type { Found } from "./context.js";

/** @throws UserError if it is not there, or is no text */
export async function textOf(path: string, name: string): Promise<string> {
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
export function lookFrom(directory: string): (path: string) => Found {
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
