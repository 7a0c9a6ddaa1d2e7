import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../../scripts/lib/command.js";
import { passphraseFile } from "../../../scripts/lib/passphrase.js";
import { answersIn, answersOfFlags, nobody } from "../../../scripts/setup/answers.js";
import { addressesIn, bannerOf, findHosts, searchable } from "../../../scripts/setup/lan.js";
import { takeSteps } from "../../../scripts/setup/steps.js";
import type { Step } from "../../../scripts/setup/steps.js";
import { declaration } from "../../../scripts/setup/steps/declaration.js";
import { passphrase } from "../../../scripts/setup/steps/passphrase.js";
import { withDependents } from "../../../scripts/setup/steps/secrets.js";
import { state } from "../../../scripts/setup/steps/state.js";
import { presentName } from "../../../scripts/setup/zone.js";
import { says, setupIn } from "./talk.js";

let folder: string;
const project = (): string => join(folder, "project");
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "setup-"));
  mkdirSync(project());
  writeFileSync(join(project(), "Pulumi.yaml"), "name: homelab # mine\nruntime: nodejs\n");
  process.env["XDG_CONFIG_HOME"] = join(folder, "config");
  process.env["XDG_DATA_HOME"] = join(folder, "data");
  process.env["PULUMI_HOME"] = join(folder, "pulumi");
  for (const name of ["PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"]) {
    Reflect.deleteProperty(process.env, name);
  }
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});
const manifest = (): string => readFileSync(join(project(), "Pulumi.yaml"), "utf8");

describe("where nobody can be asked", () => {
  const steps: readonly Step[] = [declaration(), state, passphrase];

  test("every missing answer is named at once, each with its flag, before anything is written", async () => {
    writeFileSync(join(project(), "Pulumi.test.yaml"), "config: {homelab:domain: domain.com}\nencryptionsalt: v1:x\n");
    const error: unknown = await takeSteps(steps, setupIn(project(), nobody)).catch((it: unknown) => it);
    expect(error).toBeInstanceOf(UserError);
    const flags = [...String(error).matchAll(/-> (--\S+)/g)].map(([, flag]) => flag);
    expect(flags).toEqual(["--replace", "--host", "--passphrase"]);
    expect(manifest()).not.toContain("backend");
  });

  test("a wrong answer is named before anything is written", async () => {
    const given = { host: "pi=192.168.1.2:nas", state: "the cellar" };
    await expect(takeSteps(steps, setupIn(project(), nobody, given))).rejects.toThrow("is not a place for the state");
    expect(existsSync(join(project(), "Pulumi.test.yaml"))).toBe(false);
  });

  test("with the answers it is done, and a second run has nothing to do", async () => {
    const said: string[] = [];
    const silent = { ...nobody, say: (text: string) => said.push(text) };
    await takeSteps(steps, setupIn(project(), silent, { host: "pi=192.168.1.2:nas" }));
    expect(manifest()).toBe(
      `name: homelab # mine\nruntime: nodejs\nbackend:\n  url: file://${join(folder, "data/homelab/state")}\n`,
    );
    const file = passphraseFile("test");
    expect([statSync(file).mode & 0o777, readFileSync(file, "utf8")]).toEqual([
      0o600,
      expect.stringMatching(/^[A-Za-z0-9]{32}\n$/),
    ]);
    expect(said.join("\n")).not.toContain(readFileSync(file, "utf8").trim());
    const before = [manifest(), readFileSync(file, "utf8"), readFileSync(join(project(), "Pulumi.test.yaml"), "utf8")];
    await takeSteps(steps, setupIn(project(), silent));
    expect([manifest(), readFileSync(file, "utf8"), readFileSync(join(project(), "Pulumi.test.yaml"), "utf8")]).toEqual(
      before,
    );
  });
});

test("a passphrase is entered twice, and a short one is refused", async () => {
  const { prompter, wrong } = says({
    state: ["elsewhere"],
    "state-url": ["my-bucket", "s3://my-bucket"],
    passphrase: ["enter"],
    "passphrase-text": ["short", "long enough to keep"],
    "passphrase-again": ["long enough to keeb", "long enough to keep"],
  });
  await takeSteps([state, passphrase], setupIn(project(), prompter));
  expect(wrong).toEqual(['"my-bucket" is not the URL of a state', "at least 12 characters", "the two differ"]);
  expect(readFileSync(passphraseFile("test"), "utf8")).toBe("long enough to keep\n");
  expect(manifest()).toContain("  url: s3://my-bucket\n");
});

test("no other passphrase is made where there are secrets already", async () => {
  writeFileSync(join(project(), "Pulumi.test.yaml"), "encryptionsalt: v1:x\n");
  const given = { passphrase: "make" };
  await expect(takeSteps([passphrase], setupIn(project(), nobody, given))).rejects.toThrow(
    "would not open the existing secrets",
  );
});

test("on another machine the folder of the state is made again, and nothing is asked about it", async () => {
  const before = `name: homelab\nbackend: { url: "file://${folder}/lost/state" } # mine\n`;
  writeFileSync(join(project(), "Pulumi.yaml"), before);
  await takeSteps([state], setupIn(project(), says({}).prompter));
  expect([existsSync(join(folder, "lost/state")), manifest()]).toEqual([true, before]);
});

test("what the environment decides is not asked", async () => {
  process.env["PULUMI_BACKEND_URL"] = `file://${folder}`;
  process.env["PULUMI_CONFIG_PASSPHRASE_FILE"] = "/nowhere";
  await takeSteps([state, passphrase], setupIn(project(), says({}).prompter));
  expect(manifest()).not.toContain("backend");
});

describe("answers given beforehand", () => {
  const file = (text: string): string => {
    const path = join(folder, "answers.yaml");
    writeFileSync(path, text);
    return path;
  };

  test("a file has the names of the flags as keys", () => {
    const text = "host: [a=10.0.0.1:nas, b=10.0.0.2]\ndeploy: true\nwoodpecker: no\nsecrets: {PIN: 1234}\n";
    expect(Object.fromEntries(answersIn(file(text)))).toEqual({
      host: "a=10.0.0.1:nas,b=10.0.0.2",
      deploy: "yes",
      woodpecker: "no",
      "secret:PIN": "1234",
    });
  });

  test.each([["domian: example.org"], ["host: [["], ["- 1"]])("%s is refused", (text) => {
    expect(() => answersIn(file(text))).toThrow(UserError);
  });

  test("flags that were not given are no answers", () => {
    const flags = {
      host: [],
      deploy: false,
      trustHostKeys: true,
      domain: undefined,
      stack: "test",
      probeKey: undefined,
    };
    expect(Object.fromEntries(answersOfFlags(flags))).toEqual({ deploy: "no", "trust-host-keys": "yes" });
  });
});

test("only the machines of a subnet are tried, and those that speak SSH are found", async () => {
  const tried: string[] = [];
  const found = await findHosts("10.1.2.8/29", (address) => {
    tried.push(address);
    return Promise.resolve(address === "10.1.2.10" ? "SSH-2.0-x" : undefined);
  });
  expect(tried).toEqual([9, 10, 11, 12, 13, 14].map((it) => `10.1.2.${it}`));
  expect(found).toEqual([{ address: "10.1.2.10", banner: "SSH-2.0-x" }]);
  expect([addressesIn("10.0.0.0/31"), addressesIn("10.0.0.0/24").length]).toEqual([["10.0.0.0", "10.0.0.1"], 254]);
  expect([searchable("10.1.2.3/16"), searchable("10.1.2.200/25")]).toEqual(["10.1.2.0/24", "10.1.2.128/25"]);
});

test.each([
  ["SSH-2.0-OpenSSH_9.2p1 Debian\r\n", "SSH-2.0-OpenSSH_9.2p1 Debian"],
  ["Welcome\r\nSSH-2.0-dropbear\r\n", "SSH-2.0-dropbear"],
  ["HTTP/1.1 400\r\n\r\n", undefined],
])("a server that begins with %j has the banner %s", async (greeting, banner) => {
  const server = createServer((socket) => {
    socket.end(greeting);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  expect(await bannerOf("127.0.0.1", (server.address() as AddressInfo).port)).toBe(banner);
  await new Promise((resolve) => server.close(resolve));
});

test("a time zone is written by its present name, which hosts report", () => {
  mkdirSync(join(folder, "zones/Asia"), { recursive: true });
  writeFileSync(join(folder, "zones/Asia/Kolkata"), "");
  symlinkSync("Kolkata", join(folder, "zones/Asia/Calcutta"));
  const named = (zone: string): string => presentName(zone, join(folder, "zones"));
  expect([named("Asia/Calcutta"), named("Asia/Kolkata"), named("UTC")]).toEqual([
    ...["Asia/Kolkata", "Asia/Kolkata", "Etc/UTC"],
  ]);
});

test("what depends on a service that stays off stays off, too", () => {
  const service = (name: string, ...dependsOn: string[]) => ({ service: { name, dependsOn } });
  const services = [service("page", "api"), service("api", "db"), service("db"), service("other")];
  expect(withDependents(["db"], services)).toEqual(["db", "api", "page"]);
});
