import { readFile } from "node:fs/promises";
import { keysAtHand, lackOfKeys } from "../../hosts/keys.js";
import { lackError } from "../lib/lacks.js";
import { UserError } from "../lib/command.js";

/** A key as authorized_keys has it, without options before it. */
const PUBLIC_KEY = /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp\d+|sk-\S+@openssh\.com) [A-Za-z0-9+/]+=*( .*)?$/;

/** @throws UserError if a file is not there or holds something else than one public key a line */
export async function keysOfFiles(files: readonly string[]): Promise<string[]> {
  const texts = files.map(async (file) => {
    const text = await readFile(file, "utf8").catch(() => {
      throw new UserError(`${file} cannot be read: name a public key, such as ~/.ssh/id_ed25519.pub`);
    });
    const keys = linesOf(text);
    if (keys.length === 0 || !keys.every((key) => PUBLIC_KEY.test(key))) {
      throw new UserError(`${file} is not a public key: write each line as ssh-keygen does in NAME.pub`);
    }
    return keys;
  });
  return (await Promise.all(texts)).flat();
}

/** @throws UserError if there is no ssh-agent, or none of its keys can be used */
export async function keysOfAgent(): Promise<string[]> {
  const { agent } = await keysAtHand();
  const usable = agent?.filter((key) => PUBLIC_KEY.test(key)); // it lists certificates too
  const lack = lackOfKeys({ agent: usable });
  if (lack !== undefined) {
    throw lackError(lack, { prose: "name a public key by --deploy-key FILE.pub" });
  }
  return usable ?? [];
}

const linesOf = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
