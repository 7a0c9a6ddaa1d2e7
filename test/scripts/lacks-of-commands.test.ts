import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pLimit from "p-limit";
import { scripts } from "../../package.json";
import { run } from "../../scripts/lib/process.js";
import type { RunResult } from "../../scripts/lib/process.js";
import { PROGRAM } from "../../scripts/lib/project.js";
import { CONFIG, HOST_KEY } from "../model/declare.js";

// Whatever command finds that something is missing says it by the same sentence, and names the same way out.

jest.setTimeout(300_000);
const AT_ONCE = 2;
const STACK = ["--stack", "test"];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lacking-"));
  writeFileSync(join(folder, "Pulumi.yaml"), `name: homelab\nruntime: nodejs\nmain: ${PROGRAM}\n`);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});
const configure = (text: string): void => {
  writeFileSync(join(folder, "Pulumi.test.yaml"), text);
};

/** Runs commands in the project as npm would, on a machine that has nothing: no agent, no state, no passphrase. */
async function saidBy(commands: Readonly<Record<string, readonly string[]>>): Promise<Record<string, string>> {
  const env = { HOME: folder, PULUMI_HOME: folder, XDG_CONFIG_HOME: folder, SSH_AUTH_SOCK: "", INIT_CWD: folder };
  const none = { PULUMI_BACKEND_URL: "", PULUMI_ACCESS_TOKEN: "", PULUMI_CONFIG_PASSPHRASE_FILE: "" };
  const limit = pLimit(AT_ONCE);
  const results = await limit.map(Object.entries(commands), async ([name, args]): Promise<[string, string]> => {
    const [, file = "", script = ""] = (scripts as Readonly<Record<string, string>>)[name]?.split(" ") ?? [];
    const command = [join(PROGRAM, file), script, ...args, ...STACK];
    const { exitCode, stdout, stderr }: RunResult = await run(process.execPath, command, {
      cwd: folder,
      env: { ...env, ...none },
    });
    return [name, exitCode === 0 ? `done: ${stdout}` : stderr.trim()];
  });
  return Object.fromEntries(results);
}
const each = (commands: object, sentence: string): Record<string, string> =>
  Object.fromEntries(Object.keys(commands).map((name) => [name, sentence]));

test("no configuration of the stack", async () => {
  writeFileSync(join(folder, "x.pub"), `${HOST_KEY}\n`);
  writeFileSync(join(folder, "docker-compose.yml"), "services: {a: {image: b:1}}\n");
  const commands = {
    ...{ check: [], outdated: [], secrets: [], logs: ["x"], "add-service": ["docker-compose.yml", "pi5"] },
    bootstrap: ["--deploy-key", join(folder, "x.pub")],
  };
  expect(await saidBy(commands)).toEqual(
    each(commands, "Pulumi.test.yaml, which declares the homelab, is missing.\n-> run npm run setup -- --stack test"),
  );
});

test("no command reads the declaration without saying so", () => {
  const direct = readdirSync(join(PROGRAM, "scripts"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .filter((file) => /\b(loadHomelab|readDeclared)\(/.test(readFileSync(join(PROGRAM, "scripts", file), "utf8")));
  expect(direct.sort()).toEqual([
    "completion/command.ts", // completes nothing then
    "doctor/project.ts",
    "lib/declaration.ts",
    "move/plan.ts", // has read the configuration before
    "remove-service/removal.ts", // has read the configuration before
    "setup/steps/deployment.ts", // has written it
    "setup/steps/secrets.ts",
  ]);
});

test("no place for the state, then no passphrase", async () => {
  mkdirSync(join(folder, "stacks/nas"), { recursive: true });
  writeFileSync(
    join(folder, "stacks/nas/compose.yaml"),
    'services:\n  web:\n    image: nginx:1.29\n    environment: {T: "${T}"}\nx-secrets: {T: {generate: 32}}\n',
  );
  configure(CONFIG);
  const making = { secrets: [], forget: ["pi5", "--yes"], unlock: [] };
  expect(await saidBy(making)).toEqual(
    each(making, "Pulumi does not know where to keep its state.\n-> run npm run setup -- --stack test"),
  );
  mkdirSync(join(folder, "state"));
  writeFileSync(
    join(folder, "Pulumi.yaml"),
    `name: homelab\nruntime: nodejs\nmain: ${PROGRAM}\nbackend: {url: "file://./state"}\n`,
  );
  expect(await saidBy(making)).toEqual(
    each(
      making,
      `The passphrase of the stack "test" is missing: there is no ${folder}/homelab/passphrase-test, and PULUMI_CONFIG_PASSPHRASE_FILE names no other file.\n-> run npm run setup -- --stack test`,
    ),
  );
});

test("a host that is not prepared", async () => {
  configure(CONFIG.replace(/, hostKey: "[^"]*"/, ""));
  const commands = { check: [], deploy: ["--yes"], logs: ["homepage"] };
  const said = await saidBy(commands);
  const host = /Pulumi\.test\.yaml:5 {2}config\.homelab:hosts\.pi5\n.*\n.*/;
  expect(Object.fromEntries(Object.entries(said).map(([name, text]) => [name, host.exec(text)?.[0]]))).toEqual(
    each(
      commands,
      "Pulumi.test.yaml:5  config.homelab:hosts.pi5\n      is not prepared yet: its host key is not pinned\n      -> run npm run bootstrap -- pi5 --stack test",
    ),
  );
});

test("no ssh-agent: a host cannot be prepared", async () => {
  configure(CONFIG);
  expect(await saidBy({ bootstrap: [] })).toEqual({
    bootstrap:
      "There is no ssh-agent, or it does not answer.\n-> start one, and load your key: eval $(ssh-agent); ssh-add FILE\n-> or name a public key by --deploy-key FILE.pub",
  });
});

test("no packages: every command is started by what says so", async () => {
  const started = Object.values(scripts).filter((script) => script.includes("command.ts"));
  expect(started.filter((script) => !script.startsWith("node scripts/run.cjs "))).toEqual([]);
  mkdirSync(join(folder, "scripts"));
  cpSync(join(PROGRAM, "scripts/run.cjs"), join(folder, "scripts/run.cjs"));
  const { exitCode, stderr } = await run(process.execPath, [
    join(folder, "scripts/run.cjs"),
    "scripts/check/command.ts",
  ]);
  expect([exitCode, stderr]).toEqual([1, "The packages of this program are not installed.\n-> run npm ci\n"]);
});
