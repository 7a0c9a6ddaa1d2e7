import type { HostModel } from "../../../model/types.js";
import { UserError } from "../../lib/command.js";
import type { PulumiStack } from "../../lib/pulumi-stack.js";
import { takeCopy } from "../state-copies.js";
import { rebuildState, refuseIfNotLost } from "./rebuild.js";

/**
 * Recovers a state that is lost: from a copy that a host keeps, else from what runs on the hosts.
 *
 * @param copy take a copy if there is one that opens
 * @returns what was done, in sentences
 * @throws UserError where there is a state, where a host does not answer, or where the engine fails
 */
export async function recoverAnyhow(
  stack: PulumiStack,
  hosts: readonly HostModel[],
  { copy }: { readonly copy: boolean },
): Promise<string> {
  await refuseIfNotLost(stack);
  return (copy ? await copyOf(stack, hosts) : undefined) ?? rebuildState(stack, hosts);
}

/** A copy that the engine rejects, as one that was made with another passphrase, is as good as none. */
async function copyOf(stack: PulumiStack, hosts: readonly HostModel[]): Promise<string | undefined> {
  try {
    return await takeCopy(stack, hosts);
  } catch (error) {
    if (error instanceof UserError) {
      return undefined;
    }
    throw error;
  }
}
