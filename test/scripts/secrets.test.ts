import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunResult } from "../../scripts/lib/process.js";
import { PulumiCli } from "../../scripts/lib/pulumi-cli.js";
import { describeSecrets, makeMissingSecrets } from "../../scripts/secrets/secrets.js";
import { UserError } from "../../scripts/lib/command.js";
import { CONFIG } from "../model/declare.js";

const COMPOSE = `services:
  web:
    image: nginx:1.29
    environment: { A: "\${MADE}", B: "\${GIVEN}", C: "\${THERE}" }
x-secrets:
  MADE: { generate: 24 }
  GIVEN: { obtain: from the vendor }
  THERE: { generate: 16 }
`;

/** A CLI that keeps what it is told to. */
class FakeCli extends PulumiCli {
  readonly values: Record<string, string> = {};
  answer: RunResult = { exitCode: 0, stdout: "{}", stderr: "" };

  constructor(directory: string) {
    super(directory, "test");
  }

  override run(): Promise<RunResult> {
    return Promise.resolve(this.answer);
  }

  override setSecret(name: string, value: string): Promise<void> {
    this.values[name] = value;
    return Promise.resolve();
  }
}

let directory: string;
let cli: FakeCli;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "secrets-"));
  await mkdir(join(directory, "stacks/nas"), { recursive: true });
  await writeFile(join(directory, "Pulumi.test.yaml"), `${CONFIG}  homelab:secrets: { THERE: { secure: v1:x } }\n`);
  await writeFile(join(directory, "stacks/nas/compose.yaml"), COMPOSE);
  cli = new FakeCli(directory);
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

test("makes what may be random, of the length asked for, and leaves what is there", async () => {
  const report = await makeMissingSecrets(cli, [directory]);
  expect(Object.keys(cli.values)).toEqual(["MADE"]);
  expect(cli.values["MADE"]).toMatch(/^[A-Za-z0-9]{24}$/);
  expect(report).toMatchObject({
    present: [{ name: "THERE" }],
    made: [{ name: "MADE" }],
    missing: [{ name: "GIVEN" }],
  });
});

test("says what it made by name only, and how to supply the rest", async () => {
  const text = describeSecrets("test", await makeMissingSecrets(cli, [directory]));
  expect(text).toBe(
    [
      "made MADE, for pi5/web",
      "",
      "Only you can supply:",
      "  GIVEN, for pi5/web",
      "    from: from the vendor",
      "    set:  npx pulumi config set --stack test --secret --path homelab:secrets.GIVEN",
      "The command asks for the value, so that it stands in no list of processes and in no history.",
    ].join("\n"),
  );
});

test("others may be random too, if the caller says so; then all are there", async () => {
  const report = await makeMissingSecrets(cli, [directory], ({ generate }) => generate ?? 32);
  expect(cli.values["GIVEN"]).toMatch(/^[A-Za-z0-9]{32}$/);
  expect(describeSecrets("test", report)).toMatch(/\nAll 3 secrets are there now\./);
});

test("nothing to do is said", () => {
  expect(describeSecrets("test", { present: [], made: [], missing: [] })).toBe(
    "Nothing to do: all 0 secrets are there.",
  );
});

test("a stack that is not there yet is explained, and nothing is made", async () => {
  cli.answer = { exitCode: 255, stdout: "", stderr: "error: no stack named 'test' found" };
  await expect(makeMissingSecrets(cli, [directory])).rejects.toThrow(/Run npx pulumi stack init test, then/);
  await expect(makeMissingSecrets(cli, [directory])).rejects.toThrow(UserError);
  expect(cli.values).toEqual({});
});

test("a passphrase that is not given is the owner's to set right", async () => {
  cli.setSecret = () => Promise.reject(new Error("pulumi config set failed:\nerror: passphrase must be set\n"));
  await expect(makeMissingSecrets(cli, [directory])).rejects.toThrow(UserError);
});
