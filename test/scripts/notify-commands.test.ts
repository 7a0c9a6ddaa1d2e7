import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { argvOf, PROGRAM } from "../../scripts/lib/project.js";
import { run } from "../../scripts/lib/process.js";
import type { RunResult } from "../../scripts/lib/process.js";
import { HOST_KEY } from "../model/declare.js";
import { makeCertificate, smtpServer, webServer } from "./notify-servers.js";
import type { Asked, Certificate, Mail } from "./notify-servers.js";

// The commands as a workflow runs them: without a passphrase, with the secrets in $HOMELAB_NOTIFY.

jest.setTimeout(120_000);
const LOGIN = { user: "homelab", password: "canary-password" };
const NAMES = ["TOKEN", "HOOK", "HOOK_KEY", "PASSWORD", "PING"];
const GITHUB = {
  GITHUB_ACTIONS: "true",
  GITHUB_SERVER_URL: "https://forge.example.org",
  GITHUB_REPOSITORY: "me/homelab",
  GITHUB_RUN_ID: "7",
  GITHUB_SHA: "0123456789abcdef0123456789abcdef01234567",
  GITHUB_TOKEN: "canary-github",
};

let folder: string;
let certificate: Certificate;
let asked: Asked[];
let mails: Mail[];
let statusOf: (path: string) => number;
let web: Awaited<ReturnType<typeof webServer>>;
let smtp: Awaited<ReturnType<typeof smtpServer>>;

beforeAll(() => {
  certificate = makeCertificate();
});
afterAll(() => {
  certificate.remove();
});
beforeEach(async () => {
  [asked, mails] = [[], []];
  statusOf = () => 200;
  web = await webServer((path) => ({ status: statusOf(path) }), asked);
  smtp = await smtpServer(LOGIN, mails, { secure: true, key: certificate.key, cert: certificate.cert });
  folder = mkdtempSync(join(tmpdir(), "notify-"));
  mkdirSync(join(folder, "stacks/nas"), { recursive: true });
  writeFileSync(join(folder, "Pulumi.yaml"), `name: homelab\nruntime: nodejs\nmain: ${PROGRAM}\n`);
  writeFileSync(join(folder, "stacks/nas/compose.yaml"), "services: {web: {image: nginx:1.29}}\n");
  for (const state of ["off", "gone"]) {
    writeFileSync(join(folder, state), ""); // of the host, to the ssh of these tests
  }
});
afterEach(async () => {
  await Promise.all([web.close(), smtp.close()]);
  rmSync(folder, { recursive: true });
});

const ALL = (port = smtp.port, tls = "implicit"): string => `  homelab:notify:
    ntfy: {url: "http://127.0.0.1:${web.port}", topic: homelab, token: "\${TOKEN}"}
    mail:
      host: 127.0.0.1
      port: ${port}
      tls: ${tls}
      from: homelab@example.org
      to: anna@example.org
      user: homelab
      password: \${PASSWORD}
    webhook: {url: "\${HOOK}", headers: {X-Key: "\${HOOK_KEY}"}}
    ping: \${PING}
`;
const configure = (notify: string): void => {
  const secrets = NAMES.map((name) => `${name}: {secure: v1:x}`).join(", ");
  writeFileSync(
    join(folder, "Pulumi.lab.yaml"),
    `config:
  homelab:domain: example.org
  homelab:lan: {subnet: 192.168.1.0/24}
  homelab:hosts:
    pi5: {address: 192.168.1.100, role: nas, hostKey: "${HOST_KEY}"}
${notify}  homelab:secrets: {${secrets}}
`,
  );
};

/** Runs a command; nothing that it prints has a canary in it. */
async function command(
  name: string,
  args: readonly string[],
  secrets: Readonly<Record<string, string>> = {},
): Promise<RunResult> {
  const base = `http://127.0.0.1:${web.port}`;
  const all = {
    ...{ TOKEN: "canary-token", HOOK_KEY: "canary-header", PASSWORD: LOGIN.password },
    ...{ HOOK: `${base}/canary-hook`, PING: `${base}/canary-ping` },
    ...secrets,
  };
  const [node, ...rest] = argvOf(name);
  const result = await run(node, [...rest, ...args, "--stack", "lab"], {
    cwd: folder,
    env: {
      ...GITHUB,
      GITHUB_API_URL: `${base}/api`,
      INIT_CWD: folder,
      HOME: folder,
      FAKE_SSH: folder,
      PATH: [join(PROGRAM, "test/hosts/bin"), process.env["PATH"] ?? ""].join(":"),
      NODE_EXTRA_CA_CERTS: certificate.file,
      HOMELAB_NOTIFY: Object.entries(all)
        .map(([key, value]) => `${key}=${value}\n`)
        .join(""),
    },
  });
  expect(result.stdout + result.stderr).not.toContain("canary");
  return result;
}
const paths = (): string[] => asked.map(({ method, path }) => `${method} ${path}`);

test("npm run notify -- --test tries every target and says which one works", async () => {
  configure(ALL());
  expect(await command("notify", ["--test"])).toEqual({
    stdout: "ntfy: sent\nmail: sent\nwebhook: sent\nping: sent\n",
    stderr: "",
    exitCode: 0,
  });
  expect(paths().sort()).toEqual(["GET /canary-ping", "POST /", "POST /canary-hook"]);
  expect(mails).toEqual([
    {
      to: ["anna@example.org"],
      user: "homelab",
      secure: true,
      text: expect.stringContaining("Subject: Test message of lab\r\n") as string,
    },
  ]);
});

test("a login by STARTTLS, with a server whose certificate is trusted", async () => {
  const other = await smtpServer(LOGIN, mails, { key: certificate.key, cert: certificate.cert });
  configure(ALL(other.port, "starttls"));
  expect((await command("notify", ["--test"])).stdout).toContain("\nmail: sent\n");
  expect(mails.map(({ user, secure }) => ({ user, secure }))).toEqual([{ user: "homelab", secure: true }]);
  await other.close();
});

test("npm run notify -- --test says what to do where a target does not work, and fails", async () => {
  configure(ALL());
  statusOf = (path) => (path === "/" ? 401 : path.startsWith("/canary-ping") ? 404 : 200);
  expect(await command("notify", ["--test"], { PASSWORD: "canary-wrong", HOOK: "" })).toEqual({
    stdout: `ntfy: not sent, because it answered with HTTP status 401
-> check the token or the headers, and set the secret again
mail: not sent, because the server refused the login
-> check user:, and set the password again
webhook: not sent, because HOMELAB_NOTIFY does not have the secret HOOK
-> add the line HOOK=VALUE to the secret HOMELAB_NOTIFY of the workflow's environment
ping: not sent, because it answered with HTTP status 404
-> check the address
`,
    stderr: "",
    exitCode: 1,
  });
});

test("npm run notify wants to know what to send, and to whom", async () => {
  configure("");
  const [nothing, nobody, missing] = await Promise.all([
    command("notify", []),
    command("notify", ["--test"]),
    command("notify", ["--test", "--stack", "other"]),
  ]);
  expect([nothing.exitCode, nothing.stderr]).toEqual([
    1,
    "Nothing was sent: say what to send.\n-> npm run notify -- --test\n",
  ]);
  expect([nobody.exitCode, nobody.stderr]).toEqual([
    1,
    expect.stringMatching(/^Pulumi\.lab\.yaml has no target under homelab:notify\.\n-> add one/),
  ]);
  expect(missing.exitCode).toBe(1);
});

test("a failed deployment is told, with its run; whom that does not reach does not make it fail again", async () => {
  configure(ALL());
  const file = join(folder, "Pulumi.lab.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace("homelab:domain", "homelab:domian"));
  statusOf = (path) => (path === "/" ? 503 : 200);
  expect(await command("notify", ["--deployment-failed"])).toEqual({
    stdout: "",
    stderr: "ntfy: not sent, because it answered with HTTP status 503\n-> look into the server's log\n",
    exitCode: 0,
  });
  expect(paths().sort()).toEqual(["POST /", "POST /canary-hook"]);
  expect(JSON.parse(asked.find(({ path }) => path === "/canary-hook")?.body ?? "")).toMatchObject({
    event: "deployment-failed",
    stack: "lab",
    title: "The deployment of lab failed",
    message: "That of commit 0123456789ab did not do all that is declared.",
    url: "https://forge.example.org/me/homelab/actions/runs/7",
  });
  expect(mails).toHaveLength(1);
});

test("a stack without homelab:notify lets a failed deployment be", async () => {
  configure("");
  expect(await command("notify", ["--deployment-failed"])).toEqual({ stdout: "", stderr: "", exitCode: 0 });
});

test("npm run drift -- --issue that fails is told as such, and to the dead man's switch", async () => {
  configure(ALL());
  statusOf = (path) => (path.startsWith("/api/") ? 500 : 200);
  const { stdout, stderr, exitCode } = await command("drift", ["--issue"]);
  expect([exitCode, stdout]).toEqual([1, expect.stringContaining("pi5 (192.168.1.100)")]); // shown before
  expect(stderr).toMatch(/GET http:\/\/127\.0\.0\.1:\d+\/api\/repos\/me\/homelab\/issues.*: 500/);
  const told = paths().filter((it) => !it.includes("/api/"));
  expect(told).toEqual([...["POST /", "POST /canary-hook"].sort(), "GET /canary-ping/fail"]);
  expect(mails.map(({ text }) => /^Subject: (.*)\r$/m.exec(text)?.[1])).toEqual(["The look at lab failed"]);
});

test("npm run drift alone tells nobody", async () => {
  configure(ALL());
  expect((await command("drift", [])).exitCode).toBe(3);
  expect([asked, mails]).toEqual([[], []]);
});
