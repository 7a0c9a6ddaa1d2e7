import { judge } from "../model/tailnet/judge.js";
import type { Refusal, Verdict } from "../model/tailnet/judge.js";
import type { TailnetAccess, TailnetModel } from "../model/tailnet/types.js";
import { ApiError, connect } from "./api.js";
import type { ApiTrouble } from "./api.js";

/** Why the policy is left as it is. */
export type Obstacle =
  /** With the policy file that is there, and with the one that would take its place if that was allowed. */
  | (Extract<Refusal, { kind: "edited" | "foreign" }> & {
      readonly there: string;
      readonly instead: string | undefined;
    })
  | Exclude<Refusal, { kind: "edited" | "foreign" }>
  /** The control server finds something wrong with the policy. */
  | { readonly kind: "invalid"; readonly complaints: readonly string[] }
  | { readonly kind: "trouble"; readonly trouble: ApiTrouble; readonly reason: string };

/** What a look at the tailnet came to: the policy file that is there with what is to become of it, or why nothing is. */
export type Look = (Extract<Verdict, { kind: "deploy" }> & { readonly there: string }) | Obstacle;

/** A tailnet whose API can be reached. */
export type Reachable = TailnetModel & { readonly access: TailnetAccess };

/**
 * Looks at the policy that the tailnet has, and says what is to become of it. Changes nothing.
 *
 * @param secret of the OAuth client
 */
export async function lookAtTailnet(tailnet: Reachable, secret: string): Promise<Look> {
  return withTrouble(async () => {
    const api = await connect(tailnet.access, secret);
    const there = await api.readPolicy();
    const verdict = judge(tailnet, there);
    switch (verdict.kind) {
      case "deploy": {
        const complaints = (await api.validatePolicy(verdict.text)) ?? [];
        return complaints.length === 0 ? { ...verdict, there } : { kind: "invalid", complaints };
      }
      case "edited":
      case "foreign": {
        const allowed = judge({ ...tailnet, overwrite: verdict.digest }, there);
        return { ...verdict, there, instead: allowed.kind === "deploy" ? allowed.text : undefined };
      }
      default:
        return verdict;
    }
  });
}

/**
 * Makes sure that the policy is still the one that was looked at, for the moment before it is overwritten.
 *
 * @throws Error if it is not, or if that cannot be seen
 */
export async function expectUnchanged(access: TailnetAccess, secret: string, there: string): Promise<void> {
  if ((await (await connect(access, secret)).readPolicy()) !== there) {
    throw new Error(
      "the tailnet's policy was changed elsewhere while this deployment ran. Nothing was overwritten; deploy again.",
    );
  }
}

async function withTrouble(look: () => Promise<Look>): Promise<Look> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof ApiError) {
      return { kind: "trouble", trouble: error.trouble, reason: error.message };
    }
    throw error;
  }
}
