import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadHomelab, readFrom } from "../../model/load.js";
import { readDeclared } from "../../model/services/declared.js";
import { CONFIG, problemsOf } from "./declare.js";

let root: string;
let program: string;
const put = (directory: string, file: string, text: string | Buffer): void => {
  mkdirSync(join(directory, file, ".."), { recursive: true });
  writeFileSync(join(directory, file), text);
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "homelab-load-"));
  program = mkdtempSync(join(tmpdir(), "homelab-load-"));
  put(root, "Pulumi.test.yaml", CONFIG);
  put(program, "stacks/nas/compose.yaml", "services:\n  web: {image: nginx:1.29}\n");
});
afterEach(() => {
  [root, program].forEach((directory) => {
    rmSync(directory, { recursive: true });
  });
});

const load = () => loadHomelab("test", [root, program]);

test("a file of the project goes before the program's own", () => {
  expect(load().hosts[0]?.images).toEqual([{ reference: "nginx:1.29" }]);
  put(root, "stacks/nas/compose.yaml", "services:\n  web: {image: nginx:1.28}\n");
  expect(load().hosts[0]?.images).toEqual([{ reference: "nginx:1.28" }]);
});

test("a file that is not UTF-8 is told", () => {
  put(root, "stacks/nas/compose.yaml", Buffer.from([0x61, 0xff, 0xfe]));
  expect(problemsOf(load)).toEqual([
    "Pulumi.test.yaml:5 config.homelab:hosts.pi5.role: stacks/nas/compose.yaml, a Compose file of pi5, is not UTF-8 text -> get it back from the repository: git checkout -- stacks/nas/compose.yaml",
  ]);
});

test("a missing file of a service is told where it is named", () => {
  const compose = "services:\n  web: {image: nginx:1.29, configs: [c]}\nconfigs:\n  c: {file: ./c.conf}\n";
  put(root, "stacks/nas/compose.yaml", compose);
  expect(problemsOf(load)).toEqual(["stacks/nas/compose.yaml:4 configs.c.file: stacks/nas/c.conf is missing"]);
});

test("a missing stack configuration is told", () => {
  expect(problemsOf(() => loadHomelab("other", [root, program]))).toEqual([
    "Pulumi.other.yaml:0 : the file is missing",
  ]);
});

test("what the repository's sample leaves to its owner is a problem, each at its line", () => {
  const text = readFileSync("Pulumi.homelab.yaml", "utf8").split("\n");
  const found = problemsOf(() => loadHomelab("homelab", ["."])).filter((it) => it.includes("as the sample does"));
  expect(found.map((it) => text[Number(/:(\d+) /.exec(it)?.[1]) - 1]?.trim())).toEqual([
    "homelab:domain: domain.com",
    "WOODPECKER_ADMIN: your-github-user",
    "WOODPECKER_GITHUB_CLIENT: client-id-of-your-oauth-app",
  ]);
});

test("the homelab of the README is a whole one", () => {
  const [, yaml = ""] = /^```yaml\n(config:[^]*?)^```/m.exec(readFileSync("README.md", "utf8")) ?? [];
  put(root, "Pulumi.homelab.yaml", yaml);
  put(root, "my/wiki/compose.yaml", "services:\n  wiki: {image: wiki:1.0}\n");
  // What bootstrap and npm run secrets add is missing, and nothing else.
  const found = problemsOf(() => loadHomelab("homelab", [root, "."]));
  expect(found.filter((it) => !/its host key is not pinned|the secret \w+ is not set/.test(it))).toEqual([]);
  expect(found).not.toEqual([]);
  const { services } = readDeclared("homelab", readFrom([root, "."]));
  expect(services.map(({ service }) => service.name)).toEqual(
    expect.arrayContaining(["wiki", "homepage", "woodpecker-server", "jellyfin"]),
  );
});
