import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
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

/** Why a host lets nobody in: it does not say, so that what is plain about our own side goes first. */
export function refusalWith({ agent, named }: KeysAtHand, said: string): { status: Trouble; reason: string } {
  const without = (reason: string): { status: Trouble; reason: string } => ({ status: "no key", reason });
  if (named !== undefined && named.key === undefined) {
    return without(`${KEY_VARIABLE} names ${named.file}, which is no file with a public key`);
  }
  if (agent === undefined) {
    return without("there is no ssh-agent, or it does not answer");
  }
  if (agent.length === 0) {
    return without("the ssh-agent has no key");
  }
  const meant = named?.key;
  if (meant !== undefined && !agent.some((key) => key.startsWith(meant))) {
    return without(`the ssh-agent does not have the key that ${KEY_VARIABLE} names`);
  }
  const tried = meant === undefined ? agent : agent.filter((key) => key.startsWith(meant));
  return { status: "refused", reason: `${said}; tried ${tried.map(nameOf).join(", ")}` };
}

/** What a key is called, else the end of its text, by which it can be told from others too. */
const nameOf = (key: string): string => {
  const [type = "", text = "", ...comment] = key.split(" ");
  return comment.join(" ") || `${type} …${text.slice(-12)}`;
};
