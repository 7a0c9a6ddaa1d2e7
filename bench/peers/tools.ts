import { chmod, copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Lab } from "../../lab/lab.js";
import { run } from "../../scripts/lib/process.js";
import type { Command } from "../measure.js";
import { playbook } from "./ansible.js";
import type { Item } from "./work.js";

/** The folder of what the other tools need, and their commands. */
export class Peers {
  private readonly folder: string;
  private readonly python: string;

  constructor(private readonly lab: Lab) {
    this.folder = join(lab.dir, "peers");
    this.python = join(this.folder, "python");
  }

  /** Installs them, the first time. @throws Error if that fails */
  async install(): Promise<void> {
    await Promise.all(["bin", "sockets"].map((it) => mkdir(join(this.folder, it), { recursive: true, mode: 0o700 })));
    const { exitCode, stderr } = await run("bash", [join(__dirname, "environment.sh"), this.python]);
    if (exitCode !== 0) {
      throw new Error(`Ansible and pyinfra cannot be installed:\n${stderr}`);
    }
    // Docker's library for Python calls ssh without a way to say where its configuration is.
    const ssh = join(this.folder, "bin/ssh");
    await writeFile(ssh, `#!/bin/sh\nexec /usr/bin/ssh -F ${this.lab.sshConfig} "$@"\n`);
    await chmod(ssh, 0o755);
    await copyFile(join(__dirname, "pyinfra-deploy.py"), join(this.folder, "deploy.py"));
  }

  /** Writes down, in the words of each, what is to be done. */
  async declare(work: ReadonlyMap<string, readonly Item[]>): Promise<void> {
    const { hosts, dir, sshConfig } = this.lab;
    const key = join(dir, "keys/id_admin");
    const options = { sshConfig, key, sockets: join(this.folder, "sockets"), python: join(this.python, "bin/python3") };
    const inventory = hosts.map(({ name, address }) => {
      const data = {
        ssh_hostname: address,
        ssh_user: "pi",
        ssh_key: key,
        ssh_known_hosts_file: join(dir, "known_hosts"),
      };
      return [name, data];
    });
    const files = new Map([
      ...playbook(work, hosts, options),
      ["inventory.py", `hosts = [(name, data) for name, data in ${JSON.stringify(inventory)}]\n`],
      ["work.json", JSON.stringify(Object.fromEntries(work))],
    ]);
    await Promise.all([...files].map(([name, text]) => writeFile(join(this.folder, name), text, { mode: 0o600 })));
  }

  /** Their commands by name. Where a host is off they say so by their exit code. */
  get commands(): Readonly<Record<string, Command>> {
    const env = {
      PATH: [join(this.folder, "bin"), join(this.python, "bin"), process.env["PATH"] ?? ""].join(":"),
      ANSIBLE_CONFIG: join(this.folder, "ansible.cfg"),
    };
    const common = { cwd: this.folder, env, good: [0] };
    return {
      Ansible: { ...common, argv: ["ansible-playbook", "-i", "inventory.yml", "playbook.yml"] },
      pyinfra: { ...common, argv: ["pyinfra", "--yes", "inventory.py", "deploy.py"] },
    };
  }
}
