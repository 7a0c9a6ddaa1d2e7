import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { version } from "pulumi/package.json";
import { UserError } from "../../scripts/lib/command.js";
import { PulumiStack } from "../../scripts/lib/pulumi-stack.js";

// With a program in the engine's place that notes how it is called. The engine itself is in test/lab.

const ENGINE = `#!/bin/sh
printf '%s\\n' "$*" >>"$NOTES/calls"
case $* in
  "stack output"* | "stack export"*) [ ! -e "$NOTES/broken" ] || { cat "$NOTES/broken" >&2; exit 255; } ;;
esac
case $* in
  version*) echo "v${version}" ;;
  "stack ls"*) echo '[{"name": "test"}, {"name": "org/other"}]' ;;
  "config set"*) cat >"$NOTES/stdin" ;;
  "config --show-secrets --json"*) cat "$NOTES/config" ;;
  "stack output --json --show-secrets"*) echo '{"hosts": {"pi5": 1}, "key": "open"}' ;;
  "stack output"*) echo '{"hosts": {"pi5": 1}, "key": "[secret]"}' ;;
  "stack export"*) echo '{"version": 3, "deployment": {"resources": [{"urn": "u", "type": "t"}]}}' ;;
  preview*) echo looking; echo trouble >&2; exit 255 ;;
  destroy*) trap 'echo finishing; exit 1' INT; echo begun; while :; do sleep 0.1; done ;;
esac
`;

jest.setTimeout(30_000); // to load the Automation API takes its time on a busy machine

const ENV = { PULUMI_CONFIG_PASSPHRASE: "test" };

let folder: string;
const stack = (name = "test"): PulumiStack =>
  new PulumiStack(folder, name, { ...ENV, PULUMI_HOME: folder, NOTES: folder, PULUMI_BACKEND_URL: `file://${folder}` });
const calls = (): Promise<string> => readFile(join(folder, "calls"), "utf8");

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "stack-"));
  const bin = join(folder, "versions", version, "bin");
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, "pulumi"), ENGINE);
  await chmod(join(bin, "pulumi"), 0o755);
  await writeFile(join(folder, "config"), "{}");
  await writeFile(join(folder, "Pulumi.yaml"), "name: homelab\nruntime: nodejs\n");
  process.env["NOTES"] = folder; // the engine is asked for its version without the stack's environment
});

afterEach(async () => {
  delete process.env["NOTES"];
  await rm(folder, { recursive: true });
});

test("a stack that is not there is the owner's to make", async () => {
  await expect(stack("gone").outputs()).rejects.toThrow(UserError);
  await expect(stack("gone").select()).rejects.toThrow("run npm run setup -- --stack gone");
});

test("a stack is made where it is wanted and not there, and none becomes the one that the owner has selected", async () => {
  await stack("gone").selectOrCreate();
  expect(await calls()).toMatch(/^stack init --no-select --stack gone/m);
  await rm(join(folder, "calls"));
  for (const name of ["test", "other"]) {
    await stack(name).selectOrCreate();
    await stack(name).outputs();
  }
  expect(await calls()).not.toMatch(/stack (init|select)/);
});

test("what failed is tried again", async () => {
  const gone = stack("gone");
  await expect(gone.select()).rejects.toThrow(UserError);
  await gone.selectOrCreate();
});

test("a failure of the engine is a result, with what it printed, as it came", async () => {
  const shown: string[] = [];
  const { ok, output, interrupted } = await stack().operate("preview", { diff: true }, (text, from) => {
    shown.push(`${from}: ${text}`);
  });
  expect([ok, interrupted, shown.sort()]).toEqual([false, false, ["stderr: trouble\n", "stdout: looking\n"]]);
  expect(output).toHaveLength("looking\ntrouble\n".length);
  expect(await calls()).toMatch(/^preview .*--diff .*--color never/m);
});

test("a signal to stop lets the engine finish", async () => {
  const { ok, output, interrupted } = await stack().operate("destroy", {}, (text) => {
    if (text.includes("begun")) {
      process.emit("SIGTERM", "SIGTERM");
    }
  });
  expect([ok, interrupted, output]).toEqual([false, true, "begun\nfinishing\n"]);
});

test("a secret goes by standard input: arguments can be seen", async () => {
  await stack().setSecret("WORD", "open-sesame");
  expect(await readFile(join(folder, "stdin"), "utf8")).toBe("open-sesame");
  expect(await calls()).toContain("config set --secret --path homelab:secrets.WORD --stack test");
  expect(await calls()).not.toContain("open-sesame");
});

test("outputs and resources are the plain values", async () => {
  expect(await stack().outputs()).toEqual({ hosts: { pi5: 1 }, key: "open" });
  expect(await stack().resources()).toEqual([{ urn: "u", type: "t" }]);
});

test.each([
  ["error: could not deserialize deployment: incorrect passphrase", "The passphrase does not open the secrets"],
  ["error: read file: input/output error", "Pulumi failed: "],
])("what the engine cannot read is a sentence, not a stack trace: %s", async (said, sentence) => {
  await writeFile(join(folder, "broken"), said);
  for (const question of [() => stack().outputs(), () => stack().resources()]) {
    const answer = question(); // one after the other: a rejection that nobody awaits yet ends the test
    await expect(answer).rejects.toThrow(UserError);
    await expect(answer).rejects.toThrow(sentence);
  }
});
