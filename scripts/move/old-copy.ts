import { UserError } from "../lib/command.js";
import { mustRun } from "../lib/on-host.js";
import type { OnHost } from "../lib/on-host.js";
import { originOf, usersOf } from "./copy.js";
import type { Move } from "./plan.js";
import type { Ends } from "./move.js";

const SECONDS = 60;

/** The volumes of a move that the host which the services left still has. */
export async function oldCopies({ volumes }: Move, from: OnHost): Promise<string[]> {
  const found: string[] = [];
  for (const { name } of volumes) {
    if ((await originOf(from, name)) !== undefined) {
      found.push(name);
    }
  }
  return found;
}

/**
 * Removes the volumes that were left behind.
 *
 * @throws UserError if one of them is still needed, or the other host does not have it
 */
export async function removeOldCopies(names: readonly string[], { wish }: Move, { from, to }: Ends): Promise<void> {
  for (const name of names) {
    const users = await usersOf(from, name);
    if (users.length > 0) {
      throw new UserError(`${users.join(", ")} on ${wish.from} uses the volume ${name}: it is kept`);
    }
    if ((await usersOf(to, name)).length === 0) {
      throw new UserError(`No container on ${wish.to} uses the volume ${name} yet: the one on ${wish.from} is kept`);
    }
  }
  for (const name of names) {
    await mustRun(from, ["docker", "volume", "rm", name], SECONDS);
  }
}
