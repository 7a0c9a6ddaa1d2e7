import { howToSet } from "../compose/secret-sources.js";
import { OAUTH_SECRET, OBTAIN_CLIENT } from "../config/tailnet-settings.js";
import { settingPath } from "../config/settings.js";
import type { Config } from "../config/settings.js";
import type { Problem } from "../yaml/problem.js";
import type { Path, Source } from "../yaml/source.js";

/** An OAuth client has a secret, and what goes by it needs one. */
export function checkTailnet(stack: string, config: Config, source: Source): Problem[] {
  const { tailnet, secrets } = config;
  if (tailnet?.oauthClient === undefined) {
    const prose = "write oauthClient: with the ID of an OAuth client under homelab:tailnet";
    return needy(config).map((path) =>
      source.problem(path, "missing-value", "needs an OAuth client, without which nothing is sent", { prose }),
    );
  }
  const howTo = howToSet(stack, OAUTH_SECRET, { obtain: OBTAIN_CLIENT });
  const message = `the secret ${OAUTH_SECRET} of the OAuth client is not set`;
  return Object.hasOwn(secrets, OAUTH_SECRET)
    ? []
    : [source.problem(settingPath("tailnet", "oauthClient"), "missing-secret", message, howTo)];
}

/** What is declared and cannot be done without the API. */
function needy({ tailnet, hosts }: Config): Path[] {
  const keys = (["overwrite", "name", "server"] as const).filter((key) => tailnet?.[key] !== undefined);
  return [
    ...keys.map((key) => settingPath("tailnet", key)),
    ...(tailnet?.policy === "merge" ? [settingPath("tailnet", "policy")] : []),
    ...(tailnet?.tailscale === "package" ? [settingPath("tailnet", "tailscale")] : []),
    ...Object.entries(hosts)
      .filter(([, { tailscale }]) => tailscale === "package")
      .map(([name]) => settingPath("hosts", name, "tailscale")),
  ];
}
