import { compose, NOTHING } from "../../model/tailnet/compose.js";
import { readPolicy } from "../../model/tailnet/read.js";
import type { Policy } from "../../model/tailnet/read.js";
import type { TailnetModel } from "../../model/tailnet/types.js";

/** The policy file that a homelab without another one has. */
export const textOf = (tailnet: TailnetModel, rest = NOTHING): string => {
  const composed = compose(tailnet, rest);
  if (composed.kind !== "text") {
    throw new Error(JSON.stringify(composed));
  }
  return composed.text;
};

/** What a policy file says. */
export const policyOf = (text: string): Policy => {
  const read = readPolicy(text);
  if (read.kind !== "policy") {
    throw new Error(JSON.stringify(read));
  }
  return read.policy;
};
