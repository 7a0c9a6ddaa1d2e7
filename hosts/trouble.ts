import { commandLine } from "../model/command-line.js";
import type { Trouble } from "../model/drift/observation.js";
import type { Remedy } from "../model/yaml/remedy.js";
import { KEY_VARIABLE } from "./ssh.js";
import type { SshHost } from "./ssh.js";

/** Describes a host's trouble in a sentence. */
export function explain({ name, address }: Pick<SshHost, "name" | "address">, status: Trouble, reason: string): string {
  const matter: Readonly<Record<Trouble, string>> = {
    unreachable: "cannot be reached",
    "timed out": "did not answer in time",
    "wrong host key": "HAS ANOTHER HOST KEY than the one that is pinned",
    "another host": "is not the host that answers at its address",
    refused: "rejects your SSH key for the accounts probe and deploy",
    "too many keys": "closed the connection after too many keys, before the right one",
    "no key": "accepts no login without a key",
    "account locked": "has locked the account that logs in",
    "not bootstrapped": "is not prepared yet",
    "helper too old": "has an outdated helper",
    "program too old": "has a newer helper than this program supports",
    failed: "cannot be examined",
  };
  return `${name} (${address}) ${matter[status]}: ${reason}.`;
}

/** What the owner can do about it. */
export function remedy({ name }: Pick<SshHost, "name">, status: Trouble, stack: string): Remedy {
  const bootstrap = commandLine("bootstrap", stack, name);
  const remedies: Readonly<Record<Trouble, Remedy>> = {
    unreachable: { prose: "deploy again once it is back" },
    "timed out": { prose: "deploy again once it responds" },
    "wrong host key": {
      prose: "this may be a man-in-the-middle attack; if you reinstalled the host",
      command: bootstrap,
    },
    "another host": { prose: `write the address that ${name} has now, in the router's list of devices` },
    refused: {
      prose: "load a key that it accepts (ssh-add FILE); if that one is loaded, let the host accept it",
      command: bootstrap,
    },
    "too many keys": {
      prose: "name the public half of the right key, which stays in the ssh-agent",
      command: `export ${KEY_VARIABLE}=FILE.pub`,
    },
    "no key": {
      prose: "load your key; without an ssh-agent, run eval $(ssh-agent) first",
      command: "ssh-add FILE",
    },
    "account locked": { prose: "unlock it", command: bootstrap },
    "not bootstrapped": { prose: "prepare it", command: bootstrap },
    "helper too old": { prose: "bring it up to date", command: bootstrap },
    "program too old": { prose: "bring this program up to date", command: "git pull" },
    failed: { prose: "if it fails again, reinstall the helper", command: bootstrap },
  };
  return remedies[status];
}
