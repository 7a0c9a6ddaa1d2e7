import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../lib/command.js";
import { run } from "../lib/process.js";

/** Keeps what the original came to when it was taken over, so that a later version can be told from the owner's changes. */
export const UPSTREAM = "upstream.yaml";
export const UPSTREAM_HEAD = `# What add-service made of the original, before anything was answered: add-service --update compares the next version with
# it. Nothing is deployed from this file.
`;

/** The three versions of a Compose file, each in the form that this program reads. */
export interface Versions {
  /** The owner's, as it is now. */
  readonly ours: string;
  /** What the original came to when it was taken over last. */
  readonly before: string;
  /** What it comes to now. */
  readonly after: string;
}

/** What has become of the original, and the owner's file with that. */
export interface Update {
  /** What the original has changed, as a unified diff; empty if nothing. */
  readonly diff: string;
  /** Where both have changed the same lines, it has all three versions, between markers. */
  readonly merged: string;
  /** How many places that are. */
  readonly conflicts: number;
}

/**
 * Merges what the original has changed into the owner's file.
 *
 * @param keep whether the owner's lines stay where both have changed them; @default false: that is a conflict
 * @throws UserError if git is not there
 */
export async function mergeUpstream(versions: Versions, keep = false): Promise<Update> {
  const folder = await mkdtemp(join(tmpdir(), "upstream-"));
  try {
    for (const [name, text] of Object.entries<string>({ ...versions })) {
      await writeFile(join(folder, name), text);
    }
    const labels = ["yours", "the original before", "the original now"].flatMap((it) => ["-L", it]);
    const merge = ["merge-file", "-p", keep ? "--ours" : "--diff3", ...labels, "ours", "before", "after"];
    const [merged, diff] = [
      await run("git", merge, { cwd: folder }),
      await run("git", ["diff", "--no-index", "--no-color", "--", "before", "after"], { cwd: folder }),
    ];
    // The number of conflicts up to 127, and 255 for an error.
    if (merged.exitCode > 127 || merged.stderr !== "" || diff.exitCode > 1) {
      throw new UserError(`git cannot merge: ${(merged.stderr || diff.stderr).trim()}`);
    }
    return { diff: diff.stdout.replace(/^[\s\S]*?(?=^@@)/m, ""), merged: merged.stdout, conflicts: merged.exitCode };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The places where both have changed the same lines, each with all three versions. */
export const conflictsIn = (merged: string): string[] =>
  [...merged.matchAll(/^<{7} [\s\S]*?^>{7} [^\n]*\n/gm)].map(([text]) => text);
