import { isUtf8 } from "node:buffer";
import { execFileSync } from "node:child_process";
import { buildHomelab } from "../../../model/build.js";
import { readFrom } from "../../../model/load.js";
import type { HomelabModel, ReadFile } from "../../../model/types.js";
import { UserError } from "../command.js";
import { run } from "../process.js";
import { PROGRAM } from "../project.js";

/** Where a branch began, and what came since. */
export interface Revision {
  /** The commit that the branch has in common with what it is compared with; all 40 digits. */
  readonly base: string;
  /** The commit that is looked at; its first 8 digits. */
  readonly commit: string;
  /** Are there changes that no commit has? */
  readonly uncommitted: boolean;
  /** Commits that the other branch has and this one has not. */
  readonly behind: number;
}

/**
 * Compares what a directory has checked out with a branch, tag or commit.
 *
 * @throws UserError if that is no revision, or has nothing in common with this one
 */
export async function revisionSince(directory: string, name: string): Promise<Revision> {
  const git = async (...args: string[]): Promise<string> => {
    const { stdout, stderr, exitCode } = await run("git", ["-C", directory, ...args]);
    if (exitCode !== 0) {
      throw new UserError(`git cannot compare with ${JSON.stringify(name)}: ${stderr.trim()}`);
    }
    return stdout.trim();
  };
  const tip = await git("rev-parse", "--verify", "--end-of-options", `${name}^{commit}`);
  const base = await git("merge-base", "HEAD", tip);
  return {
    base,
    commit: await git("rev-parse", "--short=8", "HEAD"),
    uncommitted: (await git("status", "--porcelain", "--", ".")) !== "",
    behind: Number(await git("rev-list", "--count", `${base}..${tip}`)),
  };
}

/**
 * The homelab as a commit declares it, read by git without checking anything out.
 *
 * @param directory of the project; what it does not have comes from this program, as it is now
 * @throws HomelabError if something in it is wrong
 */
export const homelabAt = (stack: string, directory: string, commit: string): HomelabModel =>
  buildHomelab(stack, readAt(directory, commit));

function readAt(directory: string, commit: string): ReadFile {
  const program = readFrom([PROGRAM]);
  return (file) => {
    const bytes = show(directory, commit, file);
    if (bytes === undefined) {
      return directory === PROGRAM ? { problem: "is missing" } : program(file);
    }
    return isUtf8(bytes) ? { text: bytes.toString("utf8") } : { problem: "is not UTF-8 text" };
  };
}

function show(directory: string, commit: string, file: string): Buffer | undefined {
  try {
    return execFileSync("git", ["-C", directory, "show", `${commit}:./${file}`], {
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    return undefined;
  }
}
