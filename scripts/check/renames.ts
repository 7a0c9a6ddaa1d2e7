import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { knownHostsIn, renamedHosts, renameProblems } from "../../model/drift/known-hosts.js";
import type { HomelabModel } from "../../model/types.js";
import { HomelabError } from "../../model/yaml/problem.js";
import { stateFile } from "../lib/backend.js";

/** A state as the engine keeps it in a folder. */
const checkpoint = z.object({
  checkpoint: z.object({
    latest: z.object({
      resources: z.array(z.object({ urn: z.string(), outputs: z.unknown().optional() })).default([]),
    }),
  }),
});

/**
 * Refuses hosts that were renamed in the stack's file alone, where the state is in a folder of this machine: elsewhere it
 * takes the engine to ask, which a preview does.
 *
 * @param directory of the project
 * @param env the whole environment that the engine would have; @default this process's own
 * @throws HomelabError if there are any
 */
export function refuseRenames(directory: string, stack: string, { hosts }: HomelabModel, env = process.env): void {
  const file = stateFile(directory, stack, env);
  const renamed = file === undefined ? [] : renamedHosts(hosts, knownHostsIn(resourcesIn(file)));
  if (renamed.length > 0) {
    const text = readFileSync(join(directory, `Pulumi.${stack}.yaml`), "utf8");
    throw new HomelabError(renameProblems(stack, text, renamed));
  }
}

function resourcesIn(file: string): z.infer<typeof checkpoint>["checkpoint"]["latest"]["resources"] {
  try {
    const state = checkpoint.safeParse(JSON.parse(readFileSync(file, "utf8")));
    return state.success ? state.data.checkpoint.latest.resources : [];
  } catch {
    return []; // what is wrong with the state is the engine's to say
  }
}
