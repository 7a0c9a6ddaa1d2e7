import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildHomelab } from "./homelab.js";
import type { HomelabModel, ReadFile } from "./homelab.js";

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
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  return (file) => {
    for (const directory of directories) {
      try {
        return { text: utf8.decode(readFileSync(join(directory, file))) };
      } catch (error) {
        if (error instanceof TypeError) {
          return { problem: "is not UTF-8 text" };
        }
        if (!isMissing(error)) {
          throw error;
        }
      }
    }
    return { problem: "is missing" };
  };
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
