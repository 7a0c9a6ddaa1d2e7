import type { HostModel } from "../model/types.js";

/** Why nothing is known of a host. */
export type Trouble =
  | "unreachable"
  | "timed out"
  | "wrong host key"
  | "refused"
  | "not bootstrapped"
  | "helper too old"
  | "program too old"
  | "failed";

/** What is the matter with a host, in a sentence. */
export function explain({ name, address }: HostModel, status: Trouble, reason: string): string {
  const matter: Readonly<Record<Trouble, string>> = {
    unreachable: "cannot be reached",
    "timed out": "did not answer in time",
    "wrong host key": "has another host key than the one that is pinned",
    refused: "lets nobody in as probe with the keys at hand",
    "not bootstrapped": "is not prepared for this program",
    "helper too old": "has too old a helper",
    "program too old": "has a newer helper than this program knows",
    failed: "cannot be examined",
  };
  return `${name} (${address}) ${matter[status]}: ${reason}.`;
}

/** What the owner does about it. */
export function remedy({ name }: HostModel, status: Trouble, stack: string): string {
  const bootstrap = `npm run bootstrap -- --stack ${stack} ${name}`;
  const remedies: Readonly<Record<Trouble, string>> = {
    unreachable: "deploy again when it is back.",
    "timed out": "deploy again when it is well.",
    "wrong host key": `If it was installed anew: npm run pin-host-key -- --stack ${stack} ${name}. Else somebody is in between.`,
    refused: `load a key that it knows (ssh-add), or prepare it: ${bootstrap}`,
    "not bootstrapped": `prepare it: ${bootstrap}`,
    "helper too old": `bring it up to date: ${bootstrap}`,
    "program too old": "bring this program up to date: git pull",
    failed: `if that stays so, install the helper again: ${bootstrap}`,
  };
  return remedies[status];
}
