import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../lib/command.js";
import type { Converted } from "./convert.js";
import { conflictsIn, mergeUpstream, UPSTREAM } from "./upstream.js";
import { write } from "./written.js";

interface UpdateArgs {
  /** The folder with the service's files, as an absolute path, and from the project's directory. */
  readonly place: string;
  readonly folder: string;
  /** What the original comes to now. */
  readonly upstream: string;
  readonly plain: Converted;
  readonly force: boolean;
}

/**
 * Brings what the original has changed since it was taken over into the owner's file, and shows it.
 *
 * @returns whether it could be brought in
 * @throws UserError if it was not taken over
 */
export async function update({ place, folder, upstream, plain, force }: UpdateArgs): Promise<boolean> {
  const [own, known] = [join(place, "compose.yaml"), join(place, UPSTREAM)];
  if (!existsSync(own) || !existsSync(known)) {
    throw new UserError(`${folder} has no compose.yaml and ${UPSTREAM}: take the file over first, without --update`);
  }
  const [ours, before] = [await readFile(own, "utf8"), await readFile(known, "utf8")];
  const { diff, merged, conflicts } = await mergeUpstream({ ours, before, after: upstream }, force);
  console.log(diff === "" ? "The original has changed nothing." : `The original has changed:\n\n${diff}`);
  if (conflicts > 0) {
    console.log(`You have changed the same lines of ${folder}/compose.yaml:\n\n${conflictsIn(merged).join("\n")}`);
    console.log("Nothing was written. With --force your lines stay there, and the rest comes in.");
    return false;
  }
  if (merged !== ours) {
    await write(place, folder, "compose.yaml", merged);
  }
  if (diff !== "") {
    await write(place, folder, UPSTREAM, upstream);
  }
  for (const [path, text] of plain.files) {
    const there = join(place, path);
    if (!existsSync(there)) {
      await write(place, folder, path, text);
    } else if ((await readFile(there, "utf8")) !== text) {
      console.log(`${folder}/${path} differs from the original's, and stays`);
    }
  }
  return true;
}
