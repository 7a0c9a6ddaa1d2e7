import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { backendOf, stateFolder } from "../backend.js";
import { UserError } from "../command.js";
import { PROGRAM } from "../project.js";
import { PulumiStack } from "../pulumi-stack.js";
import { openConfig } from "./config.js";

/** Of a state in which nothing is secret. */
export const PASSPHRASE = "nothing in this state is secret";

/** The stack of a project as it is without its secrets, while it is open. */
export interface ReviewStack {
  readonly stack: PulumiStack;
  /** Salt of the passphrase that protects what looks like a secret. */
  readonly salt: string;
}

/**
 * Opens the stack that previews without the passphrase use: the same declaration with fingerprints instead of secrets, and
 * a state of its own beside the stack's. Its files are in a folder that is removed afterwards.
 *
 * @param directory where Pulumi.yaml is
 * @param create make the state if it is not there
 * @throws UserError if there is no such state, or no place for it
 */
export async function withReviewStack<Result>(
  { directory, name, env }: Pick<PulumiStack, "directory" | "name" | "env">,
  { create }: { readonly create: boolean },
  use: (review: ReviewStack) => Promise<Result>,
): Promise<Result> {
  const url = reviewBackend(directory, { ...process.env, ...env });
  const folder = await mkdtemp(join(tmpdir(), "homelab-review-"));
  try {
    const config = join(folder, `Pulumi.${name}.yaml`);
    const { text, fingerprints } = openConfig(readFileSync(join(directory, `Pulumi.${name}.yaml`), "utf8"));
    await writeFile(config, text);
    await writeProject(directory, folder);
    const stack = new PulumiStack(folder, name, {
      ...env,
      PULUMI_BACKEND_URL: url,
      PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
    });
    await open(stack, create, url);
    const secrets = Object.entries(fingerprints).flatMap(([path, value]) => ["--secret", `${path}=${value}`]);
    await stack.must(["config", "set-all", "--path", ...secrets]);
    const salt: unknown = parseDocument(readFileSync(config, "utf8")).get("encryptionsalt");
    return await use({ stack, salt: String(salt) });
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function open(stack: PulumiStack, create: boolean, url: string): Promise<void> {
  const folder = stateFolder(url, stack.directory);
  if (create) {
    if (folder !== undefined) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
    }
    await stack.selectOrCreate();
  } else if ((folder !== undefined && !existsSync(folder)) || !(await stack.exists())) {
    throw new UserError(
      `There is no state without secrets in ${url}.\n-> run npm run review-state after the next deployment, where the passphrase is`,
    );
  }
}

/**
 * Where the state without secrets is: below the stack's own, so that somebody who previews can be given the one and not
 * the other.
 *
 * @throws UserError if the stack's own is not in a folder or an object store
 */
function reviewBackend(directory: string, env: Readonly<Record<string, string | undefined>>): string {
  const { url = "" } = backendOf(directory, env) ?? {};
  const folder = stateFolder(url, directory);
  if (folder !== undefined) {
    return `file://${join(folder, "review")}`;
  }
  const [, place = "", query = ""] = /^((?:s3|gs|azblob):\/\/[^?]*[^?/])\/?(\?.*)?$/.exec(url) ?? [];
  if (place === "") {
    throw new UserError(
      `A preview without secrets needs a state in a folder or in an object store, and this one is in ${url || "no place yet"}.\n-> use npm run check -- --base REVISION, which needs no state`,
    );
  }
  return `${place}/review${query}`;
}

/** The project's files in another folder, with the program and the backend said by us. */
async function writeProject(directory: string, folder: string): Promise<void> {
  const manifest = parseDocument(readFileSync(join(directory, "Pulumi.yaml"), "utf8"));
  manifest.delete("backend");
  manifest.set("main", PROGRAM);
  await writeFile(join(folder, "Pulumi.yaml"), manifest.toString());
  const files = readdirSync(directory).filter((name) => !/^Pulumi\.|^\.git$|^node_modules$/.test(name));
  await Promise.all(files.map((name) => symlink(join(directory, name), join(folder, name))));
}
