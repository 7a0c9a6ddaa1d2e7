// A deployment of the tailnet's policy to a real control server, and who reaches what on a real tailnet then.
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { readReport } from "../../model/drift/report";
import { fillIn } from "../../model/text";
import { FakeHost } from "../helper/fake-host";
import type { Outcome } from "../helper/fake-host";
import { CONFIG, model } from "../model/declare";
import { becomes, CLIENT, Mesh } from "./mesh";
import type { MeshNode } from "./mesh";
import type { Spec } from "./tailnet-homelab";
import { repository, Workbench } from "./workbench";
import type { Run } from "./workbench";

jest.setTimeout(1_200_000);

const bench = new Workbench();
const mesh = new Mesh();
/** The files of pi5. */
const host = new FakeHost();
/** What runs on the NAS: a page for some, and one for the LAN alone. */
const pages = [0, 1].map(() => http.createServer((_, response) => response.end("page\n")));
let port = 0;
let lanPort = 0;

beforeAll(async () => {
  await mesh.open();
  bench.makeProject();
  const runtime = { name: "nodejs", options: { typescript: false, nodeargs: `--require ${repository}/start.cjs` } };
  fs.writeFileSync(bench.path("project/Pulumi.yaml"), JSON.stringify({ name: "mesh-test", runtime }));
  const main = JSON.stringify(`${repository}/test/offline/tailnet-homelab.ts`);
  fs.writeFileSync(bench.path("project/index.ts"), `module.exports = () => require(${main}).main();\n`);
  const listening = pages.map(
    (page) =>
      new Promise<number>((resolve) =>
        page.listen(0, "127.0.0.1", () => {
          resolve((page.address() as AddressInfo).port);
        }),
      ),
  );
  [port = 0, lanPort = 0] = await Promise.all(listening);
  await pulumi("stack", "init", "test");
});

afterAll(() => {
  for (const page of pages) {
    page.close();
    page.closeAllConnections();
  }
  mesh.close();
  host.remove();
  bench.close();
});

const pulumi = (...args: string[]): Promise<Run> =>
  bench.pulumiMeanwhile(args, { NODE_EXTRA_CA_CERTS: mesh.path("ca.crt") });

/** What is declared: a page for some. */
const configuration = (): string => `${CONFIG}  homelab:admin: {from: [lan]}
  homelab:tailnet:
    groups: {family: [anna@], work: [ben@]}
    oauthClient: ${CLIENT.id}
    server: "${mesh.url}"
    tailscale: package
  homelab:secrets: {TAILSCALE_OAUTH_SECRET: {secure: v1:x}}
`;
const services = (audience: string): string => `services:
  web:
    image: nginx:1.29
    ports:
      - {target: 80, published: "${port}", protocol: tcp, x-audience: ["${audience}"]}
      - {target: 81, published: "${lanPort}", protocol: tcp, x-audience: [lan]}
`;

async function runs(command: string, audience: string, ...flags: readonly string[]): Promise<string> {
  const spec: Spec = { config: configuration(), compose: services(audience), secret: CLIENT.secret };
  fs.writeFileSync(bench.path("spec.json"), JSON.stringify(spec));
  const options = command === "up" ? ["--yes", "--skip-preview", ...flags] : [];
  const { status, text } = await pulumi(command, ...options, "--stack", "test", "--color", "never");
  expect([status, text]).toEqual([0, text]);
  return text;
}

/** Has pi5's helper apply what the program gives it, with the key that was made last. */
async function applied(): Promise<Outcome & { readonly key: string }> {
  const { stdout } = await pulumi("stack", "output", "keys", "--json", "--show-secrets", "--stack", "test");
  const { pi5: key = "" } = JSON.parse(stdout) as Record<string, string>;
  const [declared] = model(services("tailnet:family"), configuration()).hosts;
  const setting = declared?.settings.find(({ name }) => name === "tailnet");
  return {
    ...(await host.helper(
      ["apply", "tailnet"],
      fillIn(setting?.input ?? "", () => key),
    )),
    key,
  };
}
async function joined(): Promise<string> {
  const { exitCode, stdout, stderr } = await applied();
  expect([exitCode, stderr]).toEqual([0, ""]);
  return stdout.trim();
}
/** Codes of what the probe finds. */
async function drift(): Promise<unknown> {
  const reading = readReport((await host.helper(["probe"])).stdout);
  return reading.status === "ok" ? reading.report.settings["tailnet"]?.drift.map(({ code }) => code) : reading;
}

let pi5: MeshNode;
let anna: MeshNode;
let ben: MeshNode;

test("a deployment sets the policy of a real control server and makes a key; a second one changes nothing", async () => {
  await runs("preview", "tailnet:family");
  await expect(mesh.headscale("policy", "get")).rejects.toThrow(/policy not found/);

  await runs("up", "tailnet:family");
  const { stdout: policy } = await mesh.headscale("policy", "get");
  expect(policy).toContain(`{"src": ["group:family"], "dst": ["tag:homelab-pi5"], "ip": ["tcp:${port}"]}`);
  expect(await runs("up", "tailnet:family")).toContain("5 unchanged");
});

test("the host's helper joins it by that key, with its tag, and finds and mends what is changed by hand", async () => {
  pi5 = await mesh.machine("pi5");
  host.program("tailscale", `exec ${pi5.command} "$@"`);
  expect(await joined()).toBe("applied");
  expect((await mesh.headscale("nodes", "list", "-o", "json")).stdout).toContain("tag:homelab-pi5");
  expect(await joined()).toBe("unchanged");
  expect(await drift()).toEqual([]);

  const identity = await pi5.address();
  await pi5.tailscale("down");
  expect(await drift()).not.toEqual([]);
  expect(await joined()).toBe("applied");
  await pi5.tailscale("set", "--hostname=other");
  expect(await drift()).not.toEqual([]);
  expect(await joined()).toBe("applied");
  expect([await drift(), await pi5.address()]).toEqual([[], identity]);
  expect(host.calls().join("\n")).not.toContain((await applied()).key);
  expect(await runs("up", "tailnet:family")).toContain("5 unchanged");
});

test("who is in the group reaches the page, and nothing else of the host; others reach nothing", async () => {
  anna = await mesh.device("phone", "anna");
  ben = await mesh.device("laptop", "ben");
  expect(await becomes(true, () => anna.reaches(pi5, port))).toBe(true);
  expect(await anna.reaches(pi5, lanPort)).toBe(false);
  expect(await ben.reaches(pi5, port)).toBe(false);
  expect(await pi5.reaches(anna, port)).toBe(false);
});

test("another audience: it is shut for the ones and open for the others", async () => {
  expect(await runs("up", "tailnet:work")).toContain("tailnet: anna@ -> pi5");
  expect(await becomes(true, () => ben.reaches(pi5, port))).toBe(true);
  expect(await becomes(false, () => anna.reaches(pi5, port))).toBe(true);
});

test("a host that was logged out and deleted does not get in by its used key, and does by a new one", async () => {
  await pi5.tailscale("logout");
  // Headscale keeps a machine that logged out as one that has expired, which no key brings back.
  const { stdout } = await mesh.headscale("nodes", "list", "-o", "json");
  const nodes = JSON.parse(stdout) as { readonly id: number; readonly given_name: string }[];
  const id = nodes.find((it) => it.given_name === "pi5")?.id;
  await mesh.headscale("nodes", "delete", "--identifier", String(id), "--force");
  const refused = await applied();
  expect([refused.exitCode, refused.stderr]).toEqual([
    1,
    expect.stringMatching(/tailscale says: .*\n.*tailnet: failed/),
  ]);
  expect(await runs("up", "tailnet:work", "--replace", "**::tailnet/key/pi5")).toContain("1 replaced");
  const again = await applied();
  expect([again.exitCode, again.stderr, again.key === refused.key]).toEqual([0, "", false]);
  expect(await becomes(true, () => ben.reaches(pi5, port))).toBe(true);
});

test("what the control server's own check refuses is told before anything is written", async () => {
  const login = ["-u", `${CLIENT.id}:${CLIENT.secret}`, "-d", "grant_type=client_credentials"];
  const { access_token: token } = JSON.parse(await mesh.call("POST", "/api/v2/oauth/token", login)) as {
    access_token: string;
  };
  const check = (policy: string): Promise<string> =>
    mesh.call("POST", "/api/v2/tailnet/-/acl/validate", [
      "-H",
      `Authorization: Bearer ${token}`,
      "--data-binary",
      policy,
    ]);
  expect(await check('{"grants": [{"src": ["tag:none"], "dst": ["*"], "ip": ["*"]}]}')).toMatch(
    /"message":".*tag:none/,
  );
  expect(JSON.parse(await check('{"grants": []}'))).toEqual({});
});
