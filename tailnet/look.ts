import { judge } from "../model/tailnet/judge.js";
import type { Refusal, Verdict } from "../model/tailnet/judge.js";
import type { TailnetAccess, TailnetModel } from "../model/tailnet/types.js";
import { ApiError, connect } from "./api.js";
import type { ApiTrouble } from "./api.js";

/** Why the policy is left as it is. */
export type Obstacle =
  /** With the current policy file, and the one that would replace it if that were allowed. */
  | (Extract<Refusal, { kind: "edited" | "foreign" }> & {
      readonly there: string;
      readonly instead: string | undefined;
    })
  | Exclude<Refusal, { kind: "edited" | "foreign" }>
  /** The control server finds something wrong with the policy. */
  | { readonly kind: "invalid"; readonly complaints: readonly string[] }
  | { readonly kind: "trouble"; readonly trouble: ApiTrouble; readonly reason: string };

/** Result of a look at the tailnet: its policy file and what to do with it, or why to do nothing. */
export type Look = (Extract<Verdict, { kind: "deploy" }> & { readonly there: string }) | Obstacle;

/** A tailnet whose API can be reached. */
export type Reachable = TailnetModel & { readonly access: TailnetAccess };

/**
 * Looks at the tailnet's policy and decides what to do with it. Changes nothing.
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
 * Checks, right before an overwrite, that the policy has not changed since the look at it.
 *
 * @throws Error if it has changed, or cannot be read
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
