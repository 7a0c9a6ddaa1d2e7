import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import type { Remedy } from "../model/yaml/remedy.js";
import type { Trouble } from "../model/drift/observation.js";
import { keyFile, KEY_VARIABLE } from "./ssh.js";

/** What this machine could log in with. */
export interface KeysAtHand {
  /** Public keys of the ssh-agent, a line each; undefined if there is no agent. */
  readonly agent: readonly string[] | undefined;
  /** The file that the owner named, with the public key in it; undefined for a file that is none. */
  readonly named?: { readonly file: string; readonly key: string | undefined };
}

/** Looks which keys there are. */
export async function keysAtHand(): Promise<KeysAtHand> {
  const file = keyFile();
  const agent = await new Promise<string[] | undefined>((resolve) => {
    // It ends with 1 where the agent has no key, and with 2 where there is no agent.
    execFile("ssh-add", ["-L"], (error, stdout) => {
      resolve(error === null ? stdout.trim().split("\n") : error.code === 1 ? [] : undefined);
    });
  });
  return { agent, ...(file !== undefined && { named: { file, key: publicKeyIn(file) } }) };
}

/** The type and the text of the public key in a file, as the agent lists it too; undefined if it holds none. */
export function publicKeyIn(file: string): string | undefined {
  return existsSync(file) ? PUBLIC_KEY.exec(readFileSync(file, "utf8"))?.[0] : undefined;
}
const PUBLIC_KEY = /^(ssh|ecdsa|sk)-\S+ [A-Za-z0-9+/]+=*/m;

/** Why this machine can log in nowhere. */
interface LackOfKeys {
  readonly code: "no-agent" | "no-key" | "no-named-key";
  /** Without a full stop, since it may be part of a sentence. */
  readonly words: string;
  readonly remedy: Remedy;
}

/** What this machine lacks to log in anywhere; undefined if it has a key to try. Every command says it in these words. */
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

/** Why a host rejects every key: it does not say, so what is known about this machine goes first. */
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

/** What a key is called, else the end of its text, by which it can be told from others too. */
const nameOf = (key: string): string => {
  const [type = "", text = "", ...comment] = key.split(" ");
  return comment.join(" ") || `${type} …${text.slice(-12)}`;
};
