import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { environmentOf, findInstance, hostsOf, LAB_ROOT, registriesOf } from "./instance.js";
import type { Host, Instance, Registry } from "./instance.js";
import { LabError } from "./lab-error.js";
import { runScript } from "./machine.js";
import { shellCommand } from "../hosts/shell.js";
import { bootstrapHosts } from "../scripts/bootstrap/bootstrap.js";
import type { HostFact } from "../scripts/bootstrap/bootstrap.js";
import { run } from "../scripts/lib/process.js";
import type { RunResult } from "../scripts/lib/process.js";
import { keysOfFiles } from "../scripts/bootstrap/public-keys.js";

export type { Host, Registry } from "./instance.js";
export { run, type RunResult } from "../scripts/lib/process.js";

export interface CommandOptions {
  /** What the command reads on stdin. */
  readonly input?: string | Buffer;
  /** @default 60 000; then the exit code is 124 */
  readonly timeoutMs?: number;
}
/** `pi` is the admin of a new host; bootstrap creates the others. */
export const ACCOUNTS = ["deploy", "pi", "probe"] as const;
export type Account = (typeof ACCOUNTS)[number];
export interface SshOptions extends CommandOptions {
  /** @default deploy */
  readonly user?: Account;
  /** Until sshd has to have answered. @default 5 */
  readonly connectSeconds?: number;
}
export interface BootOptions {
  /** Whether to bootstrap the hosts. @default true */
  readonly bootstrap?: boolean;
}

/** Who may manage the lab's tailnet: an OAuth client. */
export interface ControlServer {
  readonly server: string;
  readonly client: string;
  readonly secret: string;
}

const TIMEOUT_MS = 60_000;

/** Opens a lab by name; it need not be up. */
export function openLab(name: string): Lab {
  return new Lab(findInstance(name));
}

/** One of the labs on this machine, for tests and for deploying to it. */
export class Lab {
  readonly name: string;
  /** Its folder. */
  readonly dir: string;
  /** Address of this machine outside the LAN (`curl --interface`, `ssh -b`). */
  readonly outsideAddress: string;
  readonly outsideAddress6: string;
  /** Address of this machine as the LAN sees it. */
  readonly machineAddress: string;
  readonly machineAddress6: string;
  /** The LAN. */
  readonly subnet: string;
  readonly subnet6: string;
  /** User that the program logs in as, by key. */
  readonly user = "deploy";
  /** Socket of the agent with the key that may deploy, and no other key. */
  readonly agentSocket: string;
  /** Socket of the agent with a key that may only probe. */
  readonly probeAgentSocket: string;
  /** Configuration file for `ssh -F`. */
  readonly sshConfig: string;
  /** The CA that signed the registries' certificate. */
  readonly caFile: string;
  readonly registries: readonly Registry[];

  constructor(private readonly instance: Instance) {
    this.name = instance.name;
    this.dir = instance.dir;
    this.outsideAddress = instance.outside;
    this.outsideAddress6 = instance.outside6;
    this.machineAddress = `${instance.net}.10`;
    this.machineAddress6 = `${instance.net6}10`;
    this.subnet = `${instance.net}.0/24`;
    this.subnet6 = `${instance.net6}/64`;
    this.agentSocket = join(this.dir, "run/agent.sock");
    this.probeAgentSocket = join(this.dir, "run/probe-agent.sock");
    this.sshConfig = join(this.dir, "ssh_config");
    this.caFile = join(this.dir, "ca.crt");
    this.registries = registriesOf(instance);
  }

  /** Hosts of lab/hosts.txt, and spare ones that were added. */
  get hosts(): readonly Host[] {
    return hostsOf(this.instance);
  }

  /** @throws LabError if there is none of this name */
  host(name: string): Host {
    const host = this.hosts.find((h) => h.name === name);
    if (host === undefined) {
      throw new LabError(`no host "${name}" in the lab; there are ${this.hosts.map((h) => h.name).join(", ")}`);
    }
    return host;
  }

  /** Environment for a process that deploys: the lab's agent and the shared Pulumi home, nothing of the user's own. */
  get env(): Record<string, string> {
    return { PULUMI_HOME: join(LAB_ROOT, "pulumi"), SSH_AUTH_SOCK: this.agentSocket };
  }

  /**
   * Makes sure that packets to the lab's addresses cannot leave this machine.
   * @throws LabError if the lab is down, or its addresses are routed elsewhere
   */
  async assertUp(): Promise<void> {
    for (const { name, address } of this.hosts) {
      const { stdout } = await run("ip", ["-4", "route", "get", address]);
      if (!stdout.includes(` dev hl-${this.name}-o `)) {
        throw new LabError(`the lab "${this.name}" is not up (${name})`);
      }
    }
  }

  /** Runs a program on a host as `deploy`; a script is `ssh(host, ["bash", "-s"], { input: script })`. */
  async ssh(
    name: string,
    argv: readonly string[],
    { user = this.user, connectSeconds = 5, ...options }: SshOptions = {},
  ): Promise<RunResult> {
    const target = ["-l", user, this.host(name).name];
    const ssh = ["-F", this.sshConfig, "-o", "BatchMode=yes", "-o", `ConnectTimeout=${connectSeconds}`, ...target];
    return run("ssh", [...ssh, "--", ...(argv.length === 0 ? [] : [shellCommand(argv)])], {
      timeoutMs: TIMEOUT_MS,
      ...options,
    });
  }

  /** Runs a program on a host as root, as its owner would at the keyboard: without SSH, whatever the host's state. */
  async root(name: string, argv: readonly string[], options: CommandOptions = {}): Promise<RunResult> {
    return this.machine("docker.sh", ["exec", "-i", this.host(name).name, ...argv], {
      timeoutMs: TIMEOUT_MS,
      ...options,
    });
  }

  /**
   * Prepares hosts for deployments, as `npm run bootstrap` does.
   * @returns changes and warnings
   * @throws LabError if one of them failed
   */
  async bootstrap(
    names: readonly string[] = this.hosts.map((h) => h.name),
    report?: (fact: HostFact) => void,
  ): Promise<HostFact[]> {
    const hosts = names.map(async (name) => ({ ...this.host(name), port: 22, hostKey: await this.hostKey(name) }));
    const key = (name: string): string => join(this.dir, "keys", name);
    const facts = await bootstrapHosts(await Promise.all(hosts), {
      admin: "pi",
      identity: key("id_admin"),
      deployKeys: await keysOfFiles([key("id_lab.pub")]),
      probeKeys: await keysOfFiles([key("id_probe.pub")]),
      ...(report === undefined ? {} : { report }),
    });
    const failed = facts.filter(({ sign }) => sign === "!").map(({ host, text }) => `${host}: ${text}`);
    if (failed.length > 0) {
      throw new LabError(failed.join("\n"));
    }
    return facts;
  }

  /** The public host key, as in `known_hosts` without the address: `ssh-ed25519 AAAA…`. */
  async hostKey(name: string): Promise<string> {
    const line = await readFile(join(this.dir, "run/known", this.host(name).name), "utf8");
    return line.trim().split(" ").slice(1).join(" ");
  }

  /** Pulls the plug: no shutdown, no goodbye to open connections. */
  async powerOff(name: string): Promise<void> {
    await this.hostsScript("off", this.host(name).name);
  }

  /** Boots a host, and waits until it accepts logins. */
  async powerOn(name: string): Promise<void> {
    await this.hostsScript("on", this.host(name).name);
  }

  /** Recreates hosts, with empty disks and new host keys. @param names default all */
  async freshHosts(names = this.hosts.map((h) => h.name), { bootstrap = true }: BootOptions = {}): Promise<void> {
    await this.hostsScript("fresh", ...names.map((name) => this.host(name).name));
    if (bootstrap) {
      await this.bootstrap(names);
    }
  }

  /** Boots a spare host of lab/hosts.txt, which belongs to the lab until `removeHost`. */
  async addHost(name: string, { bootstrap = true }: BootOptions = {}): Promise<Host> {
    await this.hostsScript("add", name);
    if (bootstrap) {
      await this.bootstrap([name]);
    }
    return this.host(name);
  }

  /** Removes a host that was added, with its disk. */
  async removeHost(name: string): Promise<void> {
    await this.hostsScript("remove", name);
  }

  /** The Docker CLI on the lab's own engine, whose containers are the hosts: `pause`, `network disconnect lab NAME`, … */
  async engine(argv: readonly string[]): Promise<RunResult> {
    return this.machine("docker.sh", argv);
  }

  /** Runs a program in the lab's network namespace, where the LAN's gateway is. */
  async inNamespace(argv: readonly string[]): Promise<RunResult> {
    return this.machine("inside.sh", argv);
  }

  /** Brings up a tailnet beside the hosts, with its package on each of them. */
  async tailnet(): Promise<ControlServer> {
    await runScript(this.instance, "machine/tailnet.sh", { title: "tailnet" });
    return this.controlServer();
  }

  /** URL and OAuth client to manage the tailnet. @throws if there is none */
  async controlServer(): Promise<ControlServer> {
    return JSON.parse(await readFile(join(this.dir, "tailnet/client.json"), "utf8")) as ControlServer;
  }

  /** Removes it, with all data of its control server. */
  async removeTailnet(): Promise<void> {
    await runScript(this.instance, "machine/tailnet.sh", { title: "tailnet", args: ["remove"] });
  }

  /** Runs Headscale's own command. */
  async headscale(argv: readonly string[]): Promise<RunResult> {
    return this.machine("tailnet.sh", ["headscale", ...argv], { timeoutMs: TIMEOUT_MS });
  }

  /** Creates a person's phone outside the LAN, on the tailnet, unless it exists. */
  async phone(person: string): Promise<void> {
    await runScript(this.instance, "machine/tailnet.sh", { title: "phone", args: ["phone", person] });
  }

  /** Runs a program on a phone; `ALL_PROXY` sends it over the tailnet. */
  async onPhone(person: string, argv: readonly string[], options: CommandOptions = {}): Promise<RunResult> {
    return this.machine("docker.sh", ["exec", "-i", `phone-${person}`, ...argv], { timeoutMs: TIMEOUT_MS, ...options });
  }

  private async machine(script: string, argv: readonly string[], options: CommandOptions = {}): Promise<RunResult> {
    const env = environmentOf(this.instance);
    return run("bash", [join(__dirname, "machine", script), ...argv], { ...options, env });
  }

  private async hostsScript(...args: string[]): Promise<void> {
    await runScript(this.instance, "machine/hosts.sh", { title: `hosts ${args.join(" ")}`, args });
  }
}
