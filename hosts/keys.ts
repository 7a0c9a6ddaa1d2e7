import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import type { Remedy } from "../model/yaml/remedy.js";
import type { Trouble } from "../model/drift/observation.js";
import { keyFile, KEY_VARIABLE } from "./ssh.js";

/** The keys that this machine can log in with. */
export interface KeysAtHand {
  /** Public keys of the ssh-agent, one a line; undefined without an agent. */
  readonly agent: readonly string[] | undefined;
  /** The file that the owner named, and its public key; the key is undefined if the file has none. */
  readonly named?: { readonly file: string; readonly key: string | undefined };
}

/** Looks up the keys. */
export async function keysAtHand(): Promise<KeysAtHand> {
  const file = keyFile();
  const agent = await new Promise<string[] | undefined>((resolve) => {
    // ssh-add ends with 1 if the agent has no key, and with 2 if there is no agent.
    execFile("ssh-add", ["-L"], (error, stdout) => {
      resolve(error === null ? stdout.trim().split("\n") : error.code === 1 ? [] : undefined);
    });
  });
  return { agent, ...(file !== undefined && { named: { file, key: publicKeyIn(file) } }) };
}

/** Type and base64 of the public key in a file, in the agent's format; undefined if the file has none. */
export function publicKeyIn(file: string): string | undefined {
  return existsSync(file) ? PUBLIC_KEY.exec(readFileSync(file, "utf8"))?.[0] : undefined;
}
const PUBLIC_KEY = /^(ssh|ecdsa|sk)-\S+ [A-Za-z0-9+/]+=*/m;

/** Why this machine cannot log in to any host. */
interface LackOfKeys {
  readonly code: "no-agent" | "no-key" | "no-named-key";
  /** Without a full stop, since it may be part of a sentence. */
  readonly words: string;
  readonly remedy: Remedy;
}

/** What this machine lacks to log in to any host; undefined if it has a key to try. Every command uses these words. */
export function lackOfKeys({ agent, named }: KeysAtHand): LackOfKeys | undefined {
  if (named !== undefined && named.key === undefined) {
    return {
      code: "no-named-key",
      words: `${KEY_VARIABLE} names ${named.file}, which is not a file with a public key`,
      remedy: { prose: "name the public half of a key", command: `export ${KEY_VARIABLE}=FILE.pub` },
    };
  }
  if (agent === undefined) {
    const remedy = { prose: "start one, and load your key", command: "eval $(ssh-agent); ssh-add FILE" };
    return { code: "no-agent", words: "there is no ssh-agent, or it does not answer", remedy };
  }
  if (agent.length === 0) {
    return {
      code: "no-key",
      words: "the ssh-agent has no key",
      remedy: { prose: "load yours", command: "ssh-add FILE" },
    };
  }
  const meant = named?.key;
  return meant === undefined || agent.some((key) => key.startsWith(meant))
    ? undefined
    : {
        code: "no-named-key",
        words: `the ssh-agent does not have the key that ${KEY_VARIABLE} names`,
        remedy: { prose: "load it", command: `ssh-add ${(named?.file ?? "FILE").replace(/\.pub$/, "")}` },
      };
}

/** Why a host rejects every key. The host does not say, so known faults of this machine come first. */
export function refusalWith(keys: KeysAtHand, said: string): { status: Trouble; reason: string } {
  const lack = lackOfKeys(keys);
  if (lack !== undefined) {
    return { status: "no key", reason: lack.words };
  }
  const { agent = [], named } = keys;
  const meant = named?.key;
  const tried = meant === undefined ? agent : agent.filter((key) => key.startsWith(meant));
  return { status: "refused", reason: `${said}; tried ${tried.map(nameOf).join(", ")}` };
}

/** The comment of a key, or else the end of its base64, which identifies it as well. */
const nameOf = (key: string): string => {
  const [type = "", text = "", ...comment] = key.split(" ");
  return comment.join(" ") || `${type} …${text.slice(-12)}`;
};
