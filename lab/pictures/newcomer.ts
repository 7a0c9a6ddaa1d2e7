import { readFile, rm, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LabError } from "../lab-error.js";
import type { Lab } from "../lab.js";
import { DOWN, ENTER, typing } from "../typing.js";
import type { Exchange } from "../typing.js";
import { run } from "../../scripts/lib/process.js";
import { PROGRAM } from "../../scripts/lib/project.js";

/** Rows of the terminal: enough that nothing scrolls away. */
export const SIZE = { rows: 200, columns: 100 };

const HOME = "/tmp/homelab-pictures";
const CLONE = join(HOME, "homelab");
const ADMIN_KEY = "id_admin";
const CONFIGURATION = join(CLONE, "Pulumi.homelab.yaml");

/** The new user's hosts, as Debian's installer leaves them. */
const HOSTS = ["pi5", "jellyfin"];

/** Output of a terminal, starting with the typed command. */
export type Recording = string;

/** A new user with a clone of the last commit, and nothing else: no packages, keys or state. */
export async function arrive(lab: Lab): Promise<void> {
  await lab.freshHosts([...HOSTS], { bootstrap: false });
  await rm(HOME, { recursive: true, force: true });
  await mkdir(HOME, { mode: 0o700 });
  const { exitCode, stderr } = await run("git", ["clone", "--quiet", PROGRAM, CLONE]);
  if (exitCode !== 0) {
    throw new LabError(`The repository cannot be cloned: ${stderr.trim()}`);
  }
}

export const leave = (): Promise<void> => rm(HOME, { recursive: true, force: true });

/** From the clone to a running homelab. */
export const setUp = (lab: Lab): Promise<Recording> =>
  record(lab, "npm run setup", `npm run --silent setup -- --identity ${join(lab.dir, "keys", ADMIN_KEY)}`, [
    ["Replace it?", ENTER],
    ["which subnet?", `${lab.subnet}${ENTER}`],
    ["machines answer", ` ${DOWN}${DOWN} ${ENTER}`],
    ["further hosts", ENTER],
    ["Name of", `pi5${ENTER}`],
    [/What is \S+ for\?/, ENTER],
    ["Name of", `jellyfin${ENTER}`],
    [/What is \S+ for\?/, `${DOWN}${DOWN}${ENTER}`],
    ["Domain", ENTER],
    ["keep its state", ENTER],
    ["Which passphrase", ENTER],
    ["The ssh-agent has no key", `${DOWN}${ENTER}`],
    ["shows the key", "y"],
    ["shows the key", "y"],
    ["Account with full sudo", ENTER],
    ["second key", ENTER],
    ["Deploy now?", ENTER],
  ]);

/** Changes the whole homelab, with the question before. */
export async function change(lab: Lab): Promise<Recording> {
  const text = await readFile(CONFIGURATION, "utf8");
  await writeFile(CONFIGURATION, text.replace(/homelab:timezone: .*/, "homelab:timezone: Europe/Lisbon"));
  return record(lab, "npm run deploy", withKey("npm run --silent deploy"), [["Deploy this?", `y${ENTER}`]]);
}

export const status = (lab: Lab): Promise<Recording> =>
  record(lab, "npm run status", withKey("npm run --silent status"), []);

/** Loads the key that setup made into an agent, as in a login session. */
const withKey = (command: string): string => `ssh-agent sh -c 'ssh-add -q ${HOME}/.ssh/homelab && exec ${command}'`;

async function record(lab: Lab, typed: string, command: string, exchanges: readonly Exchange[]): Promise<Recording> {
  const env = {
    ...lab.env,
    HOME,
    XDG_CONFIG_HOME: "",
    XDG_DATA_HOME: "",
    SSH_AUTH_SOCK: "",
    FORCE_COLOR: "1",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
  };
  const { exitCode, raw, screen } = await typing(command, { cwd: CLONE, env, ...SIZE }, exchanges);
  if (exitCode !== 0) {
    throw new LabError(`${typed} ended with ${exitCode}:\n${screen}`);
  }
  return `\x1b[2m$\x1b[0m ${typed}\r\n${raw}`;
}
