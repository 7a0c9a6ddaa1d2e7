import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe as describeAll, ill, well } from "../../scripts/doctor/finding.js";
import { compared, hosts } from "../../scripts/doctor/hosts.js";
import { agent, engine, node, plugins } from "../../scripts/doctor/machine.js";
import { declaration, state } from "../../scripts/doctor/project.js";
import { StackFile } from "../../scripts/lib/stack-file.js";
import { CONFIG } from "../model/declare.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "doctor-"));
  process.env["PULUMI_HOME"] = folder;
  process.env["XDG_CONFIG_HOME"] = folder;
  for (const name of ["PULUMI_BACKEND_URL", "PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE", "SSH_AUTH_SOCK"]) {
    Reflect.deleteProperty(process.env, name);
  }
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test.each([
  ["20.9.0", false],
  ["20.19.0", true],
  ["22.1.0", true],
  ["18.20.4", false],
])("Node %s: %s", (version, ok) => {
  expect(node(version).ok).toBe(ok);
});

test("an agent, an engine and plugins that are missing are named with what fixes it", async () => {
  const found = [await agent(), engine(process.env), plugins(process.env)];
  expect(found.map(({ code }) => code)).toEqual(["no-agent", "no-engine", "no-plugin"]);
  mkdirSync(join(folder, "plugins/resource-command-v1.2.1"), { recursive: true });
  expect(plugins(process.env).words).toMatch(/: docker$/);
});

test("each placeholder of the sample that a service uses is named with its line, beside the other mistakes", () => {
  const values = "  homelab:values: {WHO: your-github-user, NOBODY: your-github-user}\n";
  writeFileSync(join(folder, "Pulumi.test.yaml"), CONFIG.replace("example.org", "domain.com") + values);
  mkdirSync(join(folder, "stacks/nas"), { recursive: true });
  const told = (service: string): (readonly [string | undefined, string])[] => {
    writeFileSync(join(folder, "stacks/nas/compose.yaml"), `services:\n  web: {image: "nginx:1.29", ${service}}\n`);
    return declaration(folder, "test").map(({ code, words }) => [code, words]);
  };
  expect(told("restart: always")).toEqual([[undefined, "1 host, no mistakes"]]);
  const left = [
    ["placeholder", 'Pulumi.test.yaml:2 still says "domain.com", as the sample does'],
    ["placeholder", 'Pulumi.test.yaml:6 still says "your-github-user", as the sample does'],
  ];
  expect(told("labels: {a: '${WHO}@${DOMAIN}'}")).toEqual(left);
  expect(told("labels: {a: '${WHO}@${DOMAIN} ${NONE}'}")).toEqual([...left, ["problems", "it has a mistake"]]);
});

test("a configuration that is missing, or has mistakes, is said so with the command", () => {
  expect(declaration(folder, "test")[0]).toMatchObject({
    code: "no-stack-file",
    remedy: { command: "npm run setup -- --stack test" },
  });
  writeFileSync(join(folder, "Pulumi.test.yaml"), CONFIG);
  expect(declaration(folder, "test")).toMatchObject([
    { code: "problems", remedy: { command: "npm run check -- --stack test" } },
  ]);
});

test("the state's lacks are those that every command names", async () => {
  expect((await state(folder, "test")).map(({ code }) => code)).toEqual(["no-backend", "no-passphrase"]);
  process.env["PULUMI_CONFIG_PASSPHRASE"] = "x";
  process.env["PULUMI_BACKEND_URL"] = "file:///nowhere/at/all";
  expect((await state(folder, "test")).map(({ ok, code }) => [ok, code])).toEqual([
    [false, "no-state-folder"],
    [true, undefined],
  ]);
});

test("a host without a pinned key is one that is not prepared", async () => {
  const file = new StackFile("x", "config:\n  homelab:hosts:\n    pi5: { address: 192.168.1.100 }\n");
  expect(await hosts(file, "test")).toMatchObject([
    { what: "host pi5", code: "not bootstrapped", remedy: { command: "npm run bootstrap -- pi5 --stack test" } },
  ]);
});

test.each([
  [1000, 1010, "this machine and pi5 agree"],
  [1100, 1000, "pi5 is 100 s ahead of this machine"],
  [1000, 1100, "pi5 is 100 s behind this machine"],
])("clocks at %i and %i: %s", (there, here, words) => {
  expect(compared("pi5", there, here).words).toBe(words);
});

test("one line each, and the command for what is wrong", () => {
  expect(
    describeAll([well("Node", "22.1.0"), ill("ssh-agent", "no-key", "it has no key", { command: "ssh-add FILE" })]),
  ).toBe("✓ Node: 22.1.0\n✗ ssh-agent: it has no key -> run ssh-add FILE");
});
