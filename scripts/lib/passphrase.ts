import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

type Env = Readonly<Record<string, string | undefined>>;

const TEXT = "PULUMI_CONFIG_PASSPHRASE";
const FILE = "PULUMI_CONFIG_PASSPHRASE_FILE";

/** Folder of what this program keeps on the machine that deploys. */
const configFolder = (env: Env): string => join(env["XDG_CONFIG_HOME"] || join(homedir(), ".config"), "homelab");

/** The file in which `npm run setup` keeps the passphrase of a stack. */
export const passphraseFile = (stack: string, env: Env = process.env): string =>
  join(configFolder(env), `passphrase-${stack}`);

/** Does the environment name a passphrase, even an empty one? */
export const namesPassphrase = (env: Env): boolean => env[TEXT] !== undefined || (env[FILE] ?? "") !== "";

/**
 * What the engine needs in its environment to find the passphrase: nothing where the owner's environment names one, which
 * always wins.
 *
 * @returns undefined where there is no passphrase
 */
export function passphraseFor(stack: string, env: Env): Readonly<Record<string, string>> | undefined {
  if (namesPassphrase(env)) {
    return {};
  }
  const file = passphraseFile(stack, env);
  return existsSync(file) ? { [FILE]: file } : undefined;
}
