// A real tailnet on this machine's loopback: Headscale behind lab/tailnet's front, and tailscaled without a device of the
// kernel for each node. Nobody but this machine can reach it.
import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { repository } from "./workbench";

/** ID and secret of the OAuth client that the front knows. */
export const CLIENT = { id: "client", secret: "tskey-client-mesh" } as const;

/** A machine with tailscaled, which may be part of the tailnet. What reaches it reaches this machine's loopback. */
export interface MeshNode {
  /** The command with which it is told what to do, as a shell writes it. */
  readonly command: string;
  /** Runs it. */
  tailscale(...args: readonly string[]): Promise<string>;
  /** Its address on the tailnet. */
  address(): Promise<string>;
  /** Whether it reaches a port of another. */
  reaches(other: MeshNode, port: number): Promise<boolean>;
}

const LOOPBACK = "127.0.0.1";

/** Longest time until something of the mesh answers; a busy machine takes its time. */
const PATIENCE_MS = 60_000;

export class Mesh {
  readonly directory = fs.mkdtempSync(path.join(os.tmpdir(), "mesh-test-"));
  /** Where its control server is. */
  url = "";
  private programs = "";
  private readonly processes: ChildProcess[] = [];

  path(name: string): string {
    return path.join(this.directory, name);
  }

  /** Builds the programs if need be, which takes minutes the first time. */
  async open(): Promise<void> {
    const cache = process.env["CACHE_DIR"] ?? this.directory;
    const build = await execa("bash", [path.join(repository, "lab/tailnet/build.sh")], { env: { CACHE_DIR: cache } });
    this.programs = build.stdout.trim();
    this.makeCertificates();
    const [UPSTREAM, PORT, STUN, METRICS, GRPC] = await freePorts();
    const ports = { UPSTREAM, PORT, STUN, METRICS, GRPC };
    this.url = `https://${LOOPBACK}:${PORT}`;
    fs.writeFileSync(
      this.path("headscale.yaml"),
      this.configuration({ ...ports, ADDRESS: LOOPBACK, STATE: this.directory }),
    );
    this.start("headscale", ["serve", "-c", this.path("headscale.yaml")]);
    await eventually(() => this.headscale("health"));
    const { stdout: key } = await this.headscale("apikeys", "create", "-e", "24h");
    const credentials = { headscale: key.trim().split("\n").at(-1), client: CLIENT.id, secret: CLIENT.secret };
    fs.writeFileSync(this.path("credentials.json"), JSON.stringify(credentials), { mode: 0o600 });
    this.start("tailnet-front", [
      ...["-listen", `${LOOPBACK}:${PORT}`, "-headscale", `http://${LOOPBACK}:${UPSTREAM}`],
      ...["-certificate", this.path("server.crt"), "-key", this.path("server.key")],
      ...["-credentials", this.path("credentials.json")],
    ]);
    await eventually(() => this.call("GET", "/health"));
  }

  close(): void {
    for (const child of this.processes) {
      child.kill("SIGKILL");
    }
    fs.rmSync(this.directory, { recursive: true, force: true });
  }

  /** Runs Headscale's own command. */
  async headscale(...args: string[]): Promise<{ readonly stdout: string }> {
    return execa(path.join(this.programs, "headscale"), ["-c", this.path("headscale.yaml"), ...args]);
  }

  /** Calls the control server over TLS; what it answers. */
  async call(method: string, to: string, more: readonly string[] = []): Promise<string> {
    const args = ["-sS", "-f", "-X", method, "--cacert", this.path("ca.crt"), ...more, `${this.url}${to}`];
    return (await execa("curl", args)).stdout;
  }

  /** A new person with an account; answers with a key by which a device of his joins. */
  private async person(name: string): Promise<string> {
    const { stdout } = await this.headscale("users", "create", name, "-o", "json");
    const { id } = JSON.parse(stdout) as { id: number };
    const made = await this.headscale("preauthkeys", "create", "-u", String(id), "-e", "1h", "-o", "json");
    return (JSON.parse(made.stdout) as { key: string }).key;
  }

  /** A machine that has not joined. */
  async machine(name: string): Promise<MeshNode> {
    const [socks] = await freePorts();
    const socket = this.path(`${name}.sock`);
    this.start(
      "tailscaled",
      [
        ...["--tun=userspace-networking", `--socks5-server=127.0.0.1:${socks}`, "--port=0", "--no-logs-no-support"],
        ...[`--statedir=${this.path(`${name}.state`)}`, `--socket=${socket}`],
      ],
      name,
    );
    const program = path.join(this.programs, "tailscale");
    const tailscale = async (...args: readonly string[]): Promise<string> =>
      (await execa(program, [`--socket=${socket}`, ...args])).stdout.trim();
    await eventually(() => tailscale("status", "--json"));
    const address = (): Promise<string> => tailscale("ip", "-4");
    return {
      command: `${program} --socket=${socket}`,
      tailscale,
      address,
      async reaches(other, port) {
        const url = `http://${await other.address()}:${port}/`;
        const args = ["-sS", "-m", "5", "-x", `socks5h://127.0.0.1:${socks}`, url];
        return (await execa("curl", args, { reject: false })).exitCode === 0;
      },
    };
  }

  /** The device of a person, who logs in with it. */
  async device(name: string, person: string): Promise<MeshNode> {
    const device = await this.machine(name);
    const key = this.path(`${name}.key`);
    fs.writeFileSync(key, await this.person(person), { mode: 0o600 });
    await device.tailscale("up", `--login-server=${this.url}`, `--auth-key=file:${key}`, "--timeout=60s");
    return device;
  }

  private start(program: string, args: readonly string[], name = program): void {
    const log = fs.openSync(this.path(`${name}.log`), "a");
    const env = {
      ...process.env,
      SSL_CERT_FILE: this.path("ca.crt"),
      TS_NO_LOGS_NO_SUPPORT: "true",
      TS_DISABLE_PORTMAPPER: "true",
    };
    const child = spawn(path.join(this.programs, program), args, { stdio: ["ignore", log, log], env });
    this.processes.push(child);
  }

  private makeCertificates(): void {
    const openssl = (...args: string[]): Buffer =>
      execFileSync("openssl", args, { cwd: this.directory, stdio: "pipe" });
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
    openssl("req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=mesh");
    const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
    const signed = ["-CA", "ca.crt", "-CAkey", "ca.key", "-addext", "basicConstraints=critical,CA:FALSE"];
    openssl("req", "-x509", ...key, ...signed, "-keyout", "server.key", "-out", "server.crt", ...subject);
  }

  private configuration(values: Readonly<Record<string, string | number>>): string {
    const template = fs.readFileSync(path.join(repository, "lab/tailnet/headscale.yaml"), "utf8");
    return template.replaceAll(/\b[A-Z]{4,}\b/g, (name) => String(values[name] ?? name));
  }
}

/** Waits until something no longer fails. */
async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > end) {
        throw error;
      }
      await sleep(250);
    }
  }
}

/** Waits until something is so; answers whether it came to be. */
export async function becomes(expected: boolean, look: () => Promise<boolean>): Promise<boolean> {
  const end = Date.now() + PATIENCE_MS;
  while ((await look()) !== expected) {
    if (Date.now() > end) {
      return false;
    }
    await sleep(250);
  }
  return true;
}

async function freePorts(): Promise<[number, number, number, number, number]> {
  const servers = Array.from({ length: 5 }, () => net.createServer());
  const listen = (server: net.Server): Promise<number> =>
    new Promise((resolve) =>
      server.listen(0, "127.0.0.1", () => {
        resolve((server.address() as net.AddressInfo).port);
      }),
    );
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = await Promise.all(servers.map(listen));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return [a, b, c, d, e];
}
