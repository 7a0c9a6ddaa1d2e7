import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { PulumiStack } from "../../scripts/lib/pulumi-stack.js";
import { edit, lab, projectWithOwnStacks, up } from "./homelab.js";

// Where test files begin. Each makes its own state, so that it passes alone and after any other.

/**
 * Hosts with empty disks, no spare one, and nothing known of a deployment.
 *
 * @param hosts their names; the others stay as they are. @default all
 */
export async function freshLab(hosts?: readonly string[]): Promise<void> {
  await lab.assertUp();
  for (const { name } of lab.hosts.filter(({ spare }) => spare)) {
    await lab.removeHost(name); // of a run that was broken off
  }
  await lab.freshHosts(hosts?.slice());
  await Promise.all(
    ["backend", "project"].map((folder) => rm(join(lab.dir, folder), { recursive: true, force: true })),
  );
}

/**
 * A fresh lab to which its project is deployed, with the Compose files as the project's own copy.
 * @param change what the project declares besides the repository
 * @param hosts names of the hosts that it declares, since each costs time; @default all
 */
export async function deployedLab(
  change?: (cli: PulumiStack) => Promise<void>,
  hosts?: readonly string[],
): Promise<PulumiStack> {
  await freshLab(hosts);
  const cli = await projectWithOwnStacks(hosts);
  await change?.(cli);
  await up(cli);
  return cli;
}

/** registry-ui is unhealthy for as long as it has the file /tmp/sick. */
export function canBeMadeSick(cli: PulumiStack): Promise<void> {
  const check = '[CMD, test, "!", -e, /tmp/sick]\n      interval: 1s\n      retries: 1\n      start_period: 0s';
  return edit(cli, "stacks/ci/compose.yaml", /(registry-ui:[\s\S]*?test: )\[.*\]/, `$1${check}`);
}
