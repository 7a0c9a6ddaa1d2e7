import { howToSet } from "../compose/secret-sources.js";
import { OAUTH_SECRET, OBTAIN_CLIENT } from "../config/tailnet-settings.js";
import { settingPath } from "../config/settings.js";
import type { Config } from "../config/settings.js";
import type { Problem } from "../yaml/problem.js";
import type { Source } from "../yaml/source.js";

/** An OAuth client has a secret, and what goes by it needs one. */
export function checkTailnet(stack: string, { tailnet, secrets }: Config, source: Source): Problem[] {
  if (tailnet === undefined) {
    return [];
  }
  if (tailnet.oauthClient === undefined) {
    const useless = (["overwrite", "name", "server"] as const).filter((key) => tailnet[key] !== undefined);
    const needy = tailnet.policy === "merge" ? [...useless, "policy" as const] : useless;
    return needy.map((key) =>
      source.problem(
        settingPath("tailnet", key),
        "missing-value",
        "needs oauthClient:, without which nothing is sent",
        {
          prose: "write oauthClient: with the ID of an OAuth client",
        },
      ),
    );
  }
  return Object.hasOwn(secrets, OAUTH_SECRET)
    ? []
    : [
        source.problem(
          settingPath("tailnet", "oauthClient"),
          "missing-secret",
          `the secret ${OAUTH_SECRET} of the OAuth client is not set`,
          howToSet(stack, OAUTH_SECRET, { obtain: OBTAIN_CLIENT }),
        ),
      ];
}
