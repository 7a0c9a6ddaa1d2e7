import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, parseDocument, stringify } from "yaml";
import { OAUTH_SECRET } from "../model/config/tailnet-settings.js";
import type { Role } from "../model/roles.js";
import { PROGRAM } from "../scripts/lib/project.js";
import { PulumiStack } from "../scripts/lib/pulumi-stack.js";
import { randomText } from "../scripts/secrets/random-text.js";
import { makeMissingSecrets } from "../scripts/secrets/secrets.js";
import type { ControlServer, Lab } from "./lab.js";

/** Name of the stack in every lab. */
const STACK = "lab";
const STACK_FILE = `Pulumi.${STACK}.yaml`;
const DOMAIN = "homelab.test";
/** Values for the placeholders of the real configuration. */
const VALUES = { WOODPECKER_ADMIN: "lab", WOODPECKER_GITHUB_CLIENT: "Ov23liLabLabLabLabLa" };
const SECRET_LENGTH = 32;
/** Who has a phone in the lab's tailnet. */
export const PEOPLE = ["anna"] as const;

/** Options of a lab's project. */
export interface ProjectOptions {
  /** Directory of this program, or of a clone of it. @default this one */
  readonly program?: string;
  /** Names of the hosts that are declared. @default all */
  readonly hosts?: readonly string[] | undefined;
  /** The control server of the tailnet that the hosts join. @default they join none */
  readonly tailnet?: ControlServer | undefined;
}

/**
 * The project of a lab: a Pulumi.yaml that points to this program, and its own stack configuration, both derived from the
 * repository's. State and passphrase are beside it, so that nothing is written to the work tree.
 */
export async function prepareProject(
  lab: Lab,
  { program = PROGRAM, hosts = lab.hosts.map(({ name }) => name), tailnet }: ProjectOptions = {},
): Promise<PulumiStack> {
  const stack = projectOf(lab);
  await Promise.all([stack.directory, backendOf(lab)].map((it) => mkdir(it, { recursive: true, mode: 0o700 })));
  await writeProject(stack.directory, program);
  await writeConfig(lab, stack.directory, hosts, tailnet);
  if (!existsSync(passphraseFile(lab))) {
    await writeFile(passphraseFile(lab), randomText(SECRET_LENGTH), { mode: 0o600 });
  }
  await stack.selectOrCreate();
  if (tailnet !== undefined) {
    await stack.setSecret(OAUTH_SECRET, tailnet.secret);
  }
  // Random values even for secrets that only the owner can supply on a real LAN.
  await makeMissingSecrets(stack, [stack.directory, program], ({ generate }) => generate ?? SECRET_LENGTH);
  return stack;
}

/** The project of a lab as an earlier deployment left it. */
export function projectOf(lab: Lab): PulumiStack {
  return new PulumiStack(join(lab.dir, "project"), STACK, {
    ...lab.env,
    // The tailnet's control server has a certificate of the lab's CA.
    NODE_EXTRA_CA_CERTS: lab.caFile,
    PULUMI_BACKEND_URL: `file://${backendOf(lab)}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile(lab),
    PULUMI_SKIP_UPDATE_CHECK: "1",
    // The lab has its plugins already; a search for others would only cost time without a network.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
  });
}

/** Does the lab have a state? */
export function isDeployed(lab: Lab): boolean {
  return existsSync(join(backendOf(lab), `.pulumi/stacks/homelab/${STACK}.json`));
}

const backendOf = (lab: Lab): string => join(lab.dir, "backend");
const passphraseFile = (lab: Lab): string => join(lab.dir, "keys/passphrase");

async function writeProject(directory: string, program: string): Promise<void> {
  const project = parse(await readFile(join(program, "Pulumi.yaml"), "utf8")) as object;
  await writeFile(join(directory, "Pulumi.yaml"), stringify({ ...project, main: program }));
}

/** Keys that have a meaning only if a host has a certain role. */
const ROLE_OF_KEY: Readonly<Record<string, Role>> = { "homelab:nas": "nas", "homelab:services": "media" };

/** The configuration of the real homelab, with the hosts of the lab; Pulumi's own keys stay. */
async function writeConfig(
  lab: Lab,
  directory: string,
  names: readonly string[],
  tailnet: ControlServer | undefined,
): Promise<void> {
  const file = join(directory, STACK_FILE);
  const former = existsSync(file) ? parseDocument(await readFile(file, "utf8")) : parseDocument("{}");
  const real = parse(await readFile(join(PROGRAM, "Pulumi.homelab.yaml"), "utf8")) as {
    config: Record<string, unknown>;
  };
  const declared = lab.hosts.filter(({ name }) => names.includes(name));
  const hosts = await Promise.all(
    declared.map(async ({ name, address, role, memory }) => [
      name,
      { address, role, memory, hostKey: await lab.hostKey(name) },
    ]),
  );
  const has = (role: Role): boolean => declared.some((host) => host.role === role);
  const config = {
    // The bench's lab has neither a NAS nor the services that the real homelab switches on or off.
    ...Object.fromEntries(
      Object.entries(real.config).filter(([key]) => ROLE_OF_KEY[key] === undefined || has(ROLE_OF_KEY[key])),
    ),
    "homelab:domain": DOMAIN,
    "homelab:lan": { subnet: lab.subnet, subnet6: lab.subnet6 },
    "homelab:hosts": Object.fromEntries(hosts) as unknown,
    "homelab:values": VALUES,
    ...(tailnet !== undefined && {
      "homelab:tailnet": {
        server: tailnet.server,
        oauthClient: tailnet.client,
        tailscale: "package",
        groups: { family: PEOPLE.map((name) => `${name}@`) },
      },
    }),
    "homelab:secrets": former.getIn(["config", "homelab:secrets"]) ?? {},
    "homelab:projects": former.getIn(["config", "homelab:projects"]) ?? {},
  };
  const encryptionsalt: unknown = former.get("encryptionsalt");
  await writeFile(file, stringify({ config, ...(encryptionsalt === undefined ? {} : { encryptionsalt }) }), {
    mode: 0o600,
  });
}
