import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { version } from "pulumi/package.json";

export { version as ENGINE_VERSION } from "pulumi/package.json";

type Env = Readonly<Record<string, string | undefined>>;

/** Folder of Pulumi's own: its engine, its plugins, who is logged in. */
export const pulumiHome = (env: Env): string => env["PULUMI_HOME"] || join(homedir(), ".pulumi");

/** Folder of the engine that belongs to this program, to which npm's `pulumi` downloads it. */
export const engineFolder = (env: Env): string => join(pulumiHome(env), "versions", version);

/** Its program. */
export const engineOf = (env: Env): string => join(engineFolder(env), "bin/pulumi");

export const hasEngine = (env: Env): boolean => existsSync(engineOf(env));
