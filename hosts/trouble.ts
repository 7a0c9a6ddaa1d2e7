import type { Trouble } from "../model/drift/observation.js";
import type { HostModel } from "../model/types.js";
import type { Remedy } from "../model/yaml/remedy.js";

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
export function remedy({ name }: HostModel, status: Trouble, stack: string): Remedy {
  const bootstrap = `npm run bootstrap -- --stack ${stack} ${name}`;
  const remedies: Readonly<Record<Trouble, Remedy>> = {
    unreachable: { prose: "deploy again when it is back" },
    "timed out": { prose: "deploy again when it is well" },
    "wrong host key": {
      prose: "somebody may be in between; if it was installed anew",
      command: `npm run pin-host-key -- --stack ${stack} ${name}`,
    },
    refused: { prose: "load a key that it knows (ssh-add), or prepare it", command: bootstrap },
    "not bootstrapped": { prose: "prepare it", command: bootstrap },
    "helper too old": { prose: "bring it up to date", command: bootstrap },
    "program too old": { prose: "bring this program up to date", command: "git pull" },
    failed: { prose: "if that stays so, install the helper again", command: bootstrap },
  };
  return remedies[status];
}
