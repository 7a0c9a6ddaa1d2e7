import { nameInUrn, TAILNET_NAMES } from "../../model/resource-names.js";
import type { HostModel } from "../../model/types.js";
import { remedyText } from "../../model/yaml/remedy.js";
import { suggest } from "../../model/yaml/suggest.js";
import { UserError } from "../lib/command.js";
import type { PulumiStack } from "../lib/pulumi-stack.js";

// A host joins the tailnet by a key that is good for once. To join again it needs another, and so the former is replaced.

/**
 * Makes sure that a host joins the tailnet at all.
 *
 * @throws UserError if it does not
 */
export function expectToJoin(hosts: readonly HostModel[], name: string): void {
  const joining = hosts.filter(({ settings }) => settings.some((it) => it.name === "tailnet"));
  if (!joining.some((host) => host.name === name)) {
    const names = joining.map((host) => host.name);
    throw new UserError(
      names.length === 0
        ? "--rejoin: no host joins a tailnet here -> tailscale: package under homelab:tailnet; docs/tailnet.md"
        : `--rejoin: there is no "${name}" that joins the tailnet: ${remedyText(suggest(name, names))}`,
    );
  }
}

/** URNs of the keys that hosts have joined by. */
export async function keysOf(stack: Pick<PulumiStack, "resources">, hosts: readonly string[]): Promise<string[]> {
  if (hosts.length === 0) {
    return [];
  }
  const names = hosts.map((host) => TAILNET_NAMES.key(host));
  return (await stack.resources()).map(({ urn }) => urn).filter((urn) => names.includes(nameInUrn(urn)));
}
