import { createTwoFilesPatch } from "diff";
import type { Expectation } from "../model/tailnet/types.js";
import type { Remedy } from "../model/yaml/remedy.js";
import type { ApiTrouble } from "./api.js";
import type { Obstacle } from "./look.js";

/** Number of cases of one kind that are listed. */
const NAMED = 5;

/** Why the tailnet's policy is left as it is, and the owner's alternatives, the likeliest first. */
export function explain(obstacle: Obstacle): { readonly matter: string; readonly remedies: readonly Remedy[] } {
  switch (obstacle.kind) {
    case "edited":
      return {
        matter: `Somebody changed the tailnet's policy elsewhere.${difference(obstacle)}`,
        remedies: [
          { prose: "write what is to stay into the homelab's declaration" },
          overwrite(obstacle.digest, "that policy"),
        ],
      };
    case "foreign":
      return {
        matter: `The tailnet has a policy that was written elsewhere.${difference(obstacle)}`,
        remedies: [
          { prose: "write policy: merge under homelab:tailnet, which keeps it beside the homelab's" },
          overwrite(obstacle.digest, "it"),
        ],
      };
    case "violated":
      return {
        matter: `With the rules that the tailnet's policy has of its own, ${cases(obstacle.by)}.`,
        remedies: [{ prose: "change those rules in the admin console, or the audience here" }],
      };
    case "conflict":
      return {
        matter: `Line ${obstacle.line} of the tailnet's policy has its own "${obstacle.key}" under ${obstacle.section}.`,
        remedies: [{ prose: "rename one of the two" }],
      };
    case "broken":
      return {
        matter: `The tailnet's policy cannot be read: line ${obstacle.line}: ${obstacle.why}.`,
        remedies: [{ prose: "correct it in the admin console" }],
      };
    case "invalid":
      return {
        matter: `The control server refuses the policy: ${obstacle.complaints.join("\n  ")}.`,
        remedies: [{ prose: "change what it names" }],
      };
    case "trouble":
      return { matter: `${TROUBLE[obstacle.trouble]}: ${obstacle.reason}.`, remedies: [HELP[obstacle.trouble]] };
  }
}

const TROUBLE: Readonly<Record<ApiTrouble, string>> = {
  unreachable: "The tailnet's control server cannot be reached",
  "api key": "An API key expires after 90 days at most, and everything stops then",
  refused: "The tailnet's control server refuses the OAuth client",
  "missing scope": "The OAuth client may not do everything that it has to",
  failed: "The tailnet's control server did not answer as it should",
};

const HELP: Readonly<Record<ApiTrouble, Remedy>> = {
  unreachable: { prose: "try again when it is back" },
  "api key": { prose: "make an OAuth client, and set its secret" },
  refused: { prose: "look whether it still exists, and set its ID and its secret again" },
  "missing scope": { prose: "add the scope to the OAuth client" },
  failed: { prose: "try again; if that stays so, look at the control server" },
};

const overwrite = (digest: string, what: string): Remedy => ({
  prose: `write overwrite: "${digest}" under homelab:tailnet, which overwrites ${what}`,
});

/** The changes of an overwrite, as a unified diff. */
function difference({ there, instead }: Extract<Obstacle, { there: string }>): string {
  if (instead === undefined) {
    return "";
  }
  const patch = createTwoFilesPatch("the policy now", "the homelab's", there, instead, undefined, undefined, {
    context: 1,
  });
  return ` An overwrite would do this:\n${patch.split("\n").slice(1).join("\n")}`;
}

/** Who reaches what, contrary to the declaration. */
function cases(by: readonly Expectation[]): string {
  const named = by.slice(0, NAMED).map(({ visitor, host, port, protocol, open }) => {
    const verb = open ? "does not reach" : "reaches";
    return `${visitor.name} ${verb} port ${port}/${protocol} of ${host}`;
  });
  const more = by.length - named.length;
  return [...named, ...(more > 0 ? [`${more} more like these`] : [])].join(", ");
}
