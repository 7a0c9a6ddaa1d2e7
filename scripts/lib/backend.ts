import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join, resolve } from "node:path";
import { parseDocument } from "yaml";
import { z } from "zod";
import { pulumiHome } from "./engine.js";
import { keepLayout } from "./keep-layout.js";

type Env = Readonly<Record<string, string | undefined>>;

/** Where Pulumi keeps its state, and which of the places that can say so does. */
export interface Backend {
  readonly url: string;
  readonly from: "environment" | "project" | "login";
}

const credentials = z.looseObject({ current: z.string().optional() });

/** Pulumi's own service. */
export const CLOUD = "https://api.pulumi.com";

/**
 * Where Pulumi keeps the state of a project, by the engine's own order: the environment, Pulumi.yaml, then the last
 * `pulumi login`.
 *
 * @returns undefined where nothing says so
 */
export function backendOf(directory: string, env: Env): Backend | undefined {
  const variable = env["PULUMI_BACKEND_URL"];
  if (variable) {
    return { url: variable, from: "environment" };
  }
  const manifest = join(directory, "Pulumi.yaml");
  const url: unknown = existsSync(manifest)
    ? parseDocument(readFileSync(manifest, "utf8")).getIn(["backend", "url"])
    : undefined;
  if (typeof url === "string" && url !== "") {
    return { url, from: "project" };
  }
  const current = lastLogin(env) ?? (env["PULUMI_ACCESS_TOKEN"] ? CLOUD : undefined);
  return current === undefined ? undefined : { url: current, from: "login" };
}

function lastLogin(env: Env): string | undefined {
  const file = join(pulumiHome(env), "credentials.json");
  try {
    return credentials.parse(JSON.parse(readFileSync(file, "utf8"))).current || undefined;
  } catch {
    return undefined; // nobody has logged in yet
  }
}

/** The folder of a state that is kept in one; undefined for any other. The engine takes ~ for the account's own home. */
export function stateFolder(url: string, directory: string): string | undefined {
  const [, path] = /^file:\/\/(.*)$/.exec(url) ?? [];
  return path === undefined
    ? undefined
    : resolve(
        directory,
        path.replace(/^~(?=\/|$)/, () => userInfo().homedir),
      );
}

/** The file of a stack's state, where that is kept in a folder; undefined where it is kept elsewhere, or there is none. */
export function stateFile(directory: string, stack: string, env: Env): string | undefined {
  const folder = stateFolder(backendOf(directory, env)?.url ?? "", directory);
  const manifest = join(directory, "Pulumi.yaml");
  if (folder === undefined || !existsSync(manifest)) {
    return undefined;
  }
  const project: unknown = parseDocument(readFileSync(manifest, "utf8")).get("name");
  const file = join(folder, ".pulumi/stacks", String(project), `${stack}.json`);
  return existsSync(file) ? file : undefined;
}

/**
 * The file of a stack's state that cannot be read: it was cut off, as by a disk that was full. undefined where there is no
 * such file, or it is as it should be.
 */
export function damagedState(directory: string, stack: string, env: Env): string | undefined {
  const file = stateFile(directory, stack, env);
  try {
    if (file !== undefined) {
      JSON.parse(readFileSync(file, "utf8"));
    }
    return undefined;
  } catch {
    return file;
  }
}

/** Writes into a project's Pulumi.yaml where its state is kept: from then on every command and plain Pulumi follow it. */
export async function setBackend(directory: string, url: string): Promise<void> {
  const file = join(directory, "Pulumi.yaml");
  const text = readFileSync(file, "utf8");
  const document = parseDocument(text);
  document.setIn(["backend", "url"], url);
  await writeFile(file, keepLayout(text, document));
}
