import { readdirSync } from "node:fs";
import { join } from "node:path";
import { keysAtHand, lackOfKeys } from "../../hosts/keys.js";
import { dependencies, engines } from "../../package.json";
import { ENGINE_VERSION, engineFolder, hasEngine, pulumiHome } from "../lib/engine.js";
import { LACKS } from "../lib/lacks.js";
import { ill, lacking, well } from "./finding.js";
import type { Diagnosis } from "./finding.js";

type Env = Readonly<Record<string, string | undefined>>;

/** 20.9 comes before 20.19. */
const byNumbers = new Intl.Collator("en", { numeric: true });

export function node(version: string = process.versions.node): Diagnosis {
  const wanted = engines.node.replace(">=", "");
  return byNumbers.compare(wanted, version) <= 0
    ? well("Node", version)
    : ill("Node", "old-node", `this is ${version}; ${wanted} or later is required`, {
        prose: "install it from https://nodejs.org",
      });
}

/** The agent, from which all connections take their keys. */
export async function agent(): Promise<Diagnosis> {
  const keys = await keysAtHand();
  const lack = lackOfKeys(keys);
  if (lack !== undefined) {
    return ill("ssh-agent", lack.code, lack.words, lack.remedy);
  }
  const count = keys.agent?.length ?? 0;
  return well("ssh-agent", `${count} ${count === 1 ? "key" : "keys"}`);
}

export const engine = (env: Env): Diagnosis =>
  hasEngine(env)
    ? well("engine", `Pulumi ${ENGINE_VERSION}`)
    : lacking("engine", LACKS.noEngine(ENGINE_VERSION, engineFolder(env)));

/** The plugins of the providers; what is missing is downloaded at the next preview, if that can be. */
export function plugins(env: Env): Diagnosis {
  const folder = join(pulumiHome(env), "plugins");
  const missing = [
    { name: "docker", version: dependencies["@pulumi/docker"] },
    { name: "command", version: dependencies["@pulumi/command"] },
  ].filter(({ name, version }) => !entriesOf(folder).includes(`resource-${name}-v${version}`));
  const [first] = missing;
  return first === undefined
    ? well("plugins", "docker, command")
    : ill("plugins", "no-plugin", `missing in ${folder}: ${missing.map(({ name }) => name).join(", ")}`, {
        command: `npx pulumi plugin install resource ${first.name} v${first.version}`,
      });
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // nothing was downloaded yet
  }
}
