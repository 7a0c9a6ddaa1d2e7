import type { Trouble } from "../model/drift/observation.js";
import type { Remedy } from "../model/yaml/remedy.js";
import { KEY_VARIABLE } from "./ssh.js";
import type { SshHost } from "./ssh.js";

/** What is the matter with a host, in a sentence. */
export function explain({ name, address }: Pick<SshHost, "name" | "address">, status: Trouble, reason: string): string {
  const matter: Readonly<Record<Trouble, string>> = {
    unreachable: "cannot be reached",
    "timed out": "did not answer in time",
    "wrong host key": "HAS ANOTHER HOST KEY than the one that is pinned",
    "another host": "is not the host that answers at its address",
    refused: "lets nobody in as probe or deploy with the keys at hand",
    "too many keys": "was offered so many keys that it hung up before the right one",
    "no key": "lets nobody in without a key",
    "account locked": "has an account that nobody can log in to",
    "not bootstrapped": "is not prepared for this program",
    "helper too old": "has too old a helper",
    "program too old": "has a newer helper than this program knows",
    failed: "cannot be examined",
  };
  return `${name} (${address}) ${matter[status]}: ${reason}.`;
}

/** What the owner does about it. */
export function remedy({ name }: Pick<SshHost, "name">, status: Trouble, stack: string): Remedy {
  const bootstrap = `npm run bootstrap -- --stack ${stack} ${name}`;
  const remedies: Readonly<Record<Trouble, Remedy>> = {
    unreachable: { prose: "deploy again when it is back" },
    "timed out": { prose: "deploy again when it is well" },
    "wrong host key": {
      prose: "somebody may be in between; if it was installed anew",
      command: `npm run pin-host-key -- --stack ${stack} ${name}`,
    },
    "another host": { prose: `write the address that ${name} has now, in the router's list of devices` },
    refused: {
      prose:
        "load the key that it knows (ssh-add FILE); if that is loaded, the account there is locked or does not know it, " +
        "which this sets right",
      command: bootstrap,
    },
    "too many keys": {
      prose: "name the public half of the right key, which stays in the ssh-agent",
      command: `export ${KEY_VARIABLE}=FILE.pub`,
    },
    "no key": {
      prose: "start an ssh-agent if there is none (eval $(ssh-agent)), and load the key",
      command: "ssh-add FILE",
    },
    "account locked": { prose: "open it again", command: bootstrap },
    "not bootstrapped": { prose: "prepare it", command: bootstrap },
    "helper too old": { prose: "bring it up to date", command: bootstrap },
    "program too old": { prose: "bring this program up to date", command: "git pull" },
    failed: { prose: "if that stays so, install the helper again", command: bootstrap },
  };
  return remedies[status];
}
