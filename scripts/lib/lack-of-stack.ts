import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { backendOf, stateFolder } from "./backend.js";
import { LACKS } from "./lacks.js";
import type { Lack } from "./lacks.js";
import { passphraseFile, passphraseFor } from "./passphrase.js";

type Env = Readonly<Record<string, string | undefined>>;

/**
 * What is missing before the engine can be asked anything about a stack: looked up in files and the environment alone.
 *
 * @param env the whole environment that the engine would have
 * @returns undefined where nothing is missing
 */
export function lackOfStack(directory: string, stack: string, env: Env): Lack | undefined {
  const backend = backendOf(directory, env);
  if (backend === undefined) {
    return LACKS.noBackend(stack);
  }
  const folder = stateFolder(backend.url, directory);
  if (folder !== undefined && !existsSync(folder)) {
    return LACKS.noStateFolder(folder);
  }
  return needsPassphrase(directory, stack, backend.url) && passphraseFor(stack, env) === undefined
    ? LACKS.noPassphrase(stack, passphraseFile(stack, env))
    : undefined;
}

/** Are the secrets of a stack encrypted by a passphrase, or would they be? Pulumi's service encrypts by a key of its own. */
export function needsPassphrase(directory: string, stack: string, url: string): boolean {
  const file = join(directory, `Pulumi.${stack}.yaml`);
  const document = parseDocument(existsSync(file) ? readFileSync(file, "utf8") : "{}");
  const provider: unknown = document.get("secretsprovider");
  if (typeof document.get("encryptionsalt") === "string" || provider === "passphrase") {
    return true;
  }
  return provider === undefined && !/^https?:/.test(url);
}
