import { isUtf8 } from "node:buffer";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { buildHomelab } from "./build.js";
import type { HomelabModel, ReadFile } from "./types.js";

/**
 * Reads the homelab's declaration from disk: the one place where the model does I/O.
 *
 * @param stack name of the Pulumi stack
 * @param directories where to look for a file, the first that has it wins: the directory of Pulumi.yaml, and that of
 *   this program, which are usually the same
 * @throws HomelabError if something in it is wrong
 */
export function loadHomelab(stack: string, directories: readonly string[]): HomelabModel {
  return buildHomelab(stack, readFrom(directories));
}

/** Reads files from the first of several directories that has them. */
export function readFrom(directories: readonly string[]): ReadFile {
  return (file) => {
    const path = directories
      .map((it) => join(it, file))
      .find((it) => statSync(it, { throwIfNoEntry: false })?.isFile());
    if (path === undefined) {
      return { problem: "is missing" };
    }
    const bytes = readFileSync(path);
    return isUtf8(bytes) ? { text: bytes.toString("utf8") } : { problem: "is not UTF-8 text" };
  };
}
