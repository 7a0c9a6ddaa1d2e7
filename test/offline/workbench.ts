// A folder with a Pulumi project, a state and an sshd of its own, for the tests of the engine.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { execa } from "execa";
import type { Declaration } from "./program/declaration";

export const repository = path.resolve(__dirname, "../..");

export interface Run {
  status: number | null;
  stdout: string;
  /** stdout and stderr */
  text: string;
}

/** The version of an npm package that package-lock.json pins. */
export function pinned(name: string): string {
  const lock = JSON.parse(fs.readFileSync(path.join(repository, "package-lock.json"), "utf8")) as {
    packages: Record<string, { version: string } | undefined>;
  };
  const version = lock.packages[`node_modules/${name}`]?.version;
  if (version === undefined) {
    throw new Error(`package-lock.json has no ${name}`);
  }
  return version;
}

export function pulumiHome(): string {
  const home = process.env["PULUMI_HOME"];
  if (!home || !fs.existsSync(path.join(home, "engine.stamp"))) {
    throw new Error("These tests need an engine. Set PULUMI_HOME to the folder that lab/pulumi-engine.sh has filled.");
  }
  return home;
}

/** Whether lab/offline/ built the engine. Then its stand-ins are there, with their deliberate differences. */
export function isBuiltHere(): boolean {
  return fs.readFileSync(path.join(pulumiHome(), "engine.stamp"), "utf8").startsWith("built\n");
}

export class Workbench {
  readonly directory = fs.mkdtempSync(path.join(os.tmpdir(), "engine-test-"));
  private sshd: ChildProcess | undefined;
  private port = 0;

  path(name: string): string {
    return path.join(this.directory, name);
  }

  read(name: string): string {
    return fs.readFileSync(this.path(name), "utf8");
  }

  /** The lines that commands and hooks have noted so far. */
  log(): string[] {
    return fs.existsSync(this.path("log")) ? this.read("log").trim().split("\n") : [];
  }

  /** The beginning of a shell command which appends what follows to the log. */
  note(text: string): string {
    return `echo ${text} >> ${this.path("log")}`;
  }

  pulumi(...args: string[]): Run {
    return this.run(path.join(repository, "node_modules/.bin/pulumi"), args);
  }

  run(command: string, args: string[]): Run {
    const run = spawnSync(command, args, { encoding: "utf8", ...this.surroundings() });
    return { status: run.status, stdout: run.stdout, text: `${run.stdout}${run.stderr}` };
  }

  /** As `pulumi`, while this process goes on: for what it serves itself. */
  async pulumiMeanwhile(args: string[], env: Record<string, string> = {}): Promise<Run> {
    const { cwd, env: own } = this.surroundings();
    const run = await execa(path.join(repository, "node_modules/.bin/pulumi"), args, {
      cwd,
      env: { ...own, ...env },
      reject: false,
      all: true,
      stdin: "ignore",
    });
    return { status: run.exitCode ?? null, stdout: run.stdout, text: run.all };
  }

  private surroundings(): { cwd: string; env: NodeJS.ProcessEnv } {
    return {
      cwd: this.path("project"),
      env: {
        ...process.env,
        PULUMI_HOME: pulumiHome(),
        PULUMI_BACKEND_URL: `file://${this.path("state")}`,
        PULUMI_CONFIG_PASSPHRASE: "test",
        PULUMI_SKIP_UPDATE_CHECK: "1",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
        PULUMI_NODEJS_TRANSPILE_ONLY: "true", // the repository's lint has checked the types
        SSH_AUTH_SOCK: "",
        SPEC: this.path("spec.json"),
        LOG: this.path("log"),
      },
    };
  }

  preview(declarations: Declaration[]): Run {
    fs.writeFileSync(this.path("spec.json"), JSON.stringify(declarations));
    return this.pulumi("preview", "--stack", "test", "--color", "never");
  }

  up(declarations: Declaration[]): Run {
    fs.writeFileSync(this.path("spec.json"), JSON.stringify(declarations));
    return this.pulumi("up", "--stack", "test", "--color", "never", "--yes", "--skip-preview");
  }

  outputs(...flags: string[]): unknown {
    return JSON.parse(this.pulumi("stack", "output", "--json", "--stack", "test", ...flags).stdout);
  }

  /** Connection settings for this workbench's sshd. */
  connection(changes: Record<string, unknown> = {}): Record<string, unknown> {
    return {
      host: "127.0.0.1",
      port: this.port,
      user: os.userInfo().username,
      privateKey: this.read("client"),
      hostKey: this.read("host.pub").trim(),
      dialErrorLimit: 1,
      perDialTimeout: 2,
      ...changes,
    };
  }

  /** A port that takes connections and never says a word. */
  async silentHost(): Promise<{ port: number; close: () => void }> {
    const server = net.createServer();
    return { port: await listen(server), close: () => server.close() };
  }

  async open(): Promise<void> {
    this.makeProject();
    await this.startSshd();
  }

  close(): void {
    this.sshd?.kill();
    fs.rmSync(this.directory, { recursive: true, force: true });
  }

  /** The project alone, for what needs no sshd. */
  makeProject(program = "program"): void {
    const compilerOptions = { target: "es2022", module: "commonjs", moduleResolution: "node", strict: true };
    fs.cpSync(path.join(__dirname, program), this.path("project"), { recursive: true });
    fs.mkdirSync(this.path("state"));
    fs.symlinkSync(path.join(repository, "node_modules"), this.path("project/node_modules"));
    fs.writeFileSync(this.path("project/Pulumi.yaml"), "name: engine-test\nruntime: nodejs\n");
    fs.writeFileSync(this.path("project/package.json"), '{ "name": "engine-test", "private": true }\n');
    fs.writeFileSync(this.path("project/tsconfig.json"), JSON.stringify({ compilerOptions }));
  }

  private async startSshd(): Promise<void> {
    for (const key of ["host", "client", "stranger"]) {
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", this.path(key)]);
    }
    this.port = await freePort();
    const settings = [
      `Port ${this.port}`,
      "ListenAddress 127.0.0.1",
      `HostKey ${this.path("host")}`,
      `AuthorizedKeysFile ${this.path("client.pub")}`,
      `PidFile ${this.path("sshd.pid")}`,
      "StrictModes no",
      "UsePAM no",
      "PermitRootLogin prohibit-password",
      "AcceptEnv WORD PULUMI_COMMAND_STDOUT PULUMI_COMMAND_STDERR",
      "Subsystem sftp internal-sftp",
    ];
    fs.writeFileSync(this.path("sshd_config"), `${settings.join("\n")}\n`);
    const program = path.join(process.env["CACHE_DIR"] ?? this.directory, "sshd");
    const log = fs.openSync(this.path("sshd.log"), "w");
    this.sshd = spawn("bash", [path.join(__dirname, "start-sshd.sh"), this.path("sshd_config"), program], {
      stdio: ["ignore", log, log],
    });
    while (!(await accepts(this.port))) {
      if (this.sshd.exitCode !== null) {
        throw new Error(`No sshd for these tests:\n${this.read("sshd.log")}`);
      }
      await delay(50);
    }
  }
}

function listen(server: net.Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", () => {
      resolve((server.address() as net.AddressInfo).port);
    });
  });
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => {
      resolve(false);
    });
  });
}
