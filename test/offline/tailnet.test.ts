// The tailnet's policy under the real engine, against a control server that keeps it as Tailscale's does.
import * as fs from "node:fs";
import { CONFIG } from "../model/declare";
import { ControlServer } from "../tailnet/control-server";
import type { Spec } from "./tailnet-homelab";
import { repository, Workbench } from "./workbench";
import type { Run } from "./workbench";

jest.setTimeout(300_000);

const bench = new Workbench();
const server = new ControlServer();

beforeAll(async () => {
  bench.makeProject();
  const runtime = { name: "nodejs", options: { typescript: false, nodeargs: `--require ${repository}/start.cjs` } };
  fs.writeFileSync(bench.path("project/Pulumi.yaml"), JSON.stringify({ name: "tailnet-test", runtime }));
  const main = JSON.stringify(`${repository}/test/offline/tailnet-homelab.ts`);
  fs.writeFileSync(bench.path("project/index.ts"), `module.exports = () => require(${main}).main();\n`);
  await server.listen();
  await pulumi("stack", "init", "test");
});

afterAll(() => {
  server.close();
  bench.close();
});

const pulumi = (...args: string[]): Promise<Run> => bench.pulumiMeanwhile(args);

/** Runs a command on a homelab with a port for some, and with this under homelab:tailnet. */
async function runs(command: string[], audience: string, more = ""): Promise<Run> {
  const spec: Spec = {
    config: `${CONFIG}  homelab:tailnet: {groups: {family: [anna@example.com]}, oauthClient: client${more}}
  homelab:secrets: {TAILSCALE_OAUTH_SECRET: {secure: v1:x}}
`,
    compose: `services:
  web:
    image: nginx:1.29
    ports: [{target: 80, published: "8080", protocol: tcp, x-audience: ["${audience}"]}]
`,
    server: server.url,
    secret: server.secret,
  };
  fs.writeFileSync(bench.path("spec.json"), JSON.stringify(spec));
  return pulumi(...command, "--stack", "test", "--color", "never");
}
const PREVIEW = ["preview", "--diff"];
const UP = ["up", "--yes", "--skip-preview"];

function succeeded({ status, text }: Run): string {
  expect([status, text]).toEqual([0, text]);
  return text;
}
async function notDone(): Promise<string> {
  const { stdout } = await pulumi("stack", "output", "notDone", "--stack", "test");
  return stdout;
}

test("a policy of somebody else's: a preview says so and fails, a deployment leaves it", async () => {
  server.policy = '{"grants": [{"src": ["me@work.example"], "dst": ["tag:mine"], "ip": ["*"]}]}';
  const preview = await runs(PREVIEW, "tailnet");
  expect([preview.status === 0, preview.text]).toEqual([false, expect.stringContaining("written elsewhere")]);
  expect((await runs(UP, "tailnet")).text).toContain("written elsewhere");
  expect(server.writes).toEqual([]);
});

test("a preview shows who gains what, and changes nothing; a deployment does it, and a second one nothing", async () => {
  server.policy = undefined;
  const preview = succeeded(await runs(PREVIEW, "tailnet"));
  expect(preview).toContain("+ tailscale:index/acl:Acl: (create)");
  expect(server.writes).toEqual([]);

  const shown = succeeded(await runs(UP, "tailnet"));
  expect(server.writes).toHaveLength(1);
  expect(server.policy).toContain('{"src": ["autogroup:member"], "dst": ["tag:homelab-pi5"], "ip": ["tcp:8080"]}');
  expect(succeeded(await runs(UP, "tailnet"))).toContain("4 unchanged");
  expect(server.writes).toHaveLength(1);
  const state = succeeded(await pulumi("stack", "export", "--stack", "test"));
  expect(shown + state).not.toContain(server.secret);
});

test("a port for fewer people: the preview names who loses it, line by line too", async () => {
  const preview = succeeded(await runs(PREVIEW, "tailnet:family"));
  expect(preview).toContain("tailnet: anybody on the tailnet -> pi5 8080/tcp: open -> shut");
  expect(preview).toMatch(/- .*"autogroup:member".*tcp:8080/);
  expect(preview).toMatch(/\+ .*"group:family".*tcp:8080/);
  succeeded(await runs(UP, "tailnet:family"));
  expect(server.writes).toHaveLength(2);
});

test("what was edited in the console stays, until its very text may be overwritten", async () => {
  server.policy = server.policy?.replace("tcp:8080", "tcp:1-65535");
  const preview = await runs(PREVIEW, "tailnet");
  expect([preview.status === 0, preview.text]).toEqual([
    false,
    expect.stringContaining("changed the tailnet's policy"),
  ]);
  succeeded(await runs(UP, "tailnet"));
  expect(await notDone()).toContain("Somebody changed the tailnet's policy elsewhere");
  expect(server.writes).toHaveLength(2);

  const [overwrite] = /overwrite: "[0-9a-f]{12}"/.exec(preview.text) ?? [];
  succeeded(await runs(UP, "tailnet", `, ${overwrite ?? ""}`));
  expect(await notDone()).toBe("");
  expect(server.writes).toHaveLength(3);
  expect(succeeded(await runs(UP, "tailnet", `, ${overwrite ?? ""}`))).toContain("4 unchanged");
});

test("what is changed in the moment between is not overwritten either", async () => {
  server.changedMeanwhile = '{"grants": []}';
  const failed = await runs(UP, "tailnet:family");
  server.changedMeanwhile = undefined;
  expect([failed.status === 0, failed.text]).toEqual([false, expect.stringContaining("Nothing was overwritten")]);
  expect(server.policy).toBe('{"grants": []}');
  expect(server.writes).toHaveLength(3);
});

test("a control server that is away costs only the tailnet; destroy leaves the policy", async () => {
  const { url } = server;
  server.url = "http://127.0.0.1:1";
  expect(succeeded(await runs(PREVIEW, "tailnet:family"))).toContain("cannot be reached");
  expect(succeeded(await runs(UP, "tailnet:family"))).toContain("cannot be reached");
  server.url = url;
  succeeded(await pulumi("destroy", "--yes", "--skip-preview", "--stack", "test"));
  expect(server.writes).toHaveLength(3);
});
