import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Account } from "../../lab/lab.js";
import { run } from "../../scripts/lib/process.js";
import type { RunResult } from "../../scripts/lib/process.js";
import { ownersClone } from "./clone.js";
import { lab } from "./homelab.js";

/** The host, a spare one. */
export const HOST = "pi-zero-3";
export const HELPER = "/usr/local/sbin/homelab-helper";
export const UNCHANGED = new RegExp(`^- ${HOST}: unchanged: helper \\w+, accounts, Docker Engine\n$`);
const FILE = "Pulumi.mine.yaml";
/** Path of one of the lab's keys. */
export const key = (name: string): string => join(lab.dir, "keys", name);
const KEYS = ["--deploy-key", key("id_lab.pub"), "--probe-key", key("id_probe.pub")];

/** The owner's stack configuration before the host is in it. */
const declaration = (): string => `# my homelab
config:
  homelab:domain: example.org
  homelab:lan: { subnet: ${lab.host(HOST).address.replace(/\d+$/, "0/24")} }
  homelab:hosts:
    pi5: { address: ${lab.host("pi5").address}, role: nas } # in the cellar
  homelab:services: {}
`;

/** What a test does to the host and to its owner's clone. */
export interface PlainHost {
  /** `npm run bootstrap` in the clone, with what is typed. */
  readonly bootstrap: (args: readonly string[], input?: string) => Promise<{ exitCode: number; output: string }>;
  readonly config: () => Promise<string>;
  readonly writeConfig: (text: string) => Promise<void>;
  readonly ssh: (user: Account, ...argv: string[]) => Promise<RunResult>;
  /** Runs a script that must succeed. */
  readonly root: (script: string) => Promise<string>;
}

/** For all tests of a file: a host as Debian makes it, with only an admin, and the clone of an owner who declares it not yet. */
export function plainHost(): PlainHost {
  let clone: string;
  const writeConfig = (text: string): Promise<void> => writeFile(join(clone, FILE), text);

  beforeAll(async () => {
    await lab.assertUp();
    if (lab.hosts.some(({ name }) => name === HOST)) {
      await lab.removeHost(HOST); // of a run that was broken off
    }
    await lab.addHost(HOST, { bootstrap: false });
    clone = await ownersClone();
    await writeConfig(declaration());
  });
  afterAll(async () => {
    await lab.removeHost(HOST);
    await rm(clone, { recursive: true });
  });

  return {
    async bootstrap(args, input = "") {
      const all = ["--stack", "mine", "--admin", "pi", "--identity", key("id_admin"), ...KEYS, ...args];
      const options = { cwd: clone, env: { SSH_AUTH_SOCK: "" }, input };
      const { exitCode, stdout, stderr } = await run("npm", ["run", "--silent", "bootstrap", "--", ...all], options);
      return { exitCode, output: stdout + stderr };
    },
    config: () => readFile(join(clone, FILE), "utf8"),
    writeConfig,
    ssh: (user, ...argv) => lab.ssh(HOST, argv, { user }),
    async root(script) {
      const { exitCode, stdout, stderr } = await lab.root(HOST, ["sh", "-ec", script]);
      expect([exitCode, exitCode === 0 ? "" : stderr]).toEqual([0, ""]);
      return stdout.trim();
    },
  };
}
