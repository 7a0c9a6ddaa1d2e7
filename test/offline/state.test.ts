import * as fs from "node:fs";
import { PulumiStack } from "../../scripts/lib/pulumi-stack";
import { backUp, moveTo, restore } from "../../scripts/state/state";
import { pulumiHome, Workbench } from "./workbench";

// The state of a real engine, copied, put back and moved.

jest.setTimeout(120_000);
const bench = new Workbench();
let stack: PulumiStack;
const names = async (of = stack): Promise<string[]> => (await of.resources()).map(({ urn }) => urn);
const at = (env: Record<string, string>): PulumiStack =>
  new PulumiStack(bench.path("project"), "test", {
    PULUMI_HOME: pulumiHome(),
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_BACKEND_URL: "",
    ...env,
  });

beforeAll(() => {
  bench.makeProject();
  expect(bench.pulumi("stack", "init", "test").text).toContain("Created stack");
  bench.pulumi("config", "set", "--secret", "token", "hidden", "--stack", "test");
  expect(bench.up([]).text).toContain("Resources:");
  stack = at({ PULUMI_BACKEND_URL: `file://${bench.path("state")}` });
});
afterAll(() => {
  bench.close();
});

test("a copy is for its owner alone, and none is overwritten", async () => {
  expect(await backUp(stack, bench.path("copy.json"))).toMatch(/^Written: .*copy\.json, 2 resources\./);
  expect(bench.read("copy.json")).not.toContain("hidden");
  expect(fs.statSync(bench.path("copy.json")).mode & 0o777).toBe(0o600);
  await expect(backUp(stack, bench.path("copy.json"))).rejects.toThrow("is there already");
});

test("it is put back where there is no state, and over one only if that is said", async () => {
  const before = await names();
  await expect(restore(stack, bench.path("copy.json"), false)).rejects.toThrow(/has a state, .*restore .* --force/);
  await expect(restore(stack, bench.path("none.json"), true)).rejects.toThrow("none.json cannot be read: ENOENT");
  expect(await restore(stack, bench.path("copy.json"), true)).toContain("Restored: 2 resources.");
  fs.rmSync(bench.path("state/.pulumi"), { recursive: true });
  const lost = at({ PULUMI_BACKEND_URL: `file://${bench.path("state")}` });
  expect(await restore(lost, bench.path("copy.json"), false)).toContain("Restored: 2 resources.");
  expect(await names(lost)).toEqual(before);
});

test("it moves to another store: Pulumi.yaml names that, or the owner's environment has to", async () => {
  const before = await names();
  const second = `file://${bench.path("second")}`;
  expect(await moveTo(stack, second)).toMatch(new RegExp(`-> export PULUMI_BACKEND_URL=${second}$`));
  const manifest = bench.path("project/Pulumi.yaml");
  expect(fs.readFileSync(manifest, "utf8")).not.toContain("backend");

  fs.appendFileSync(manifest, `backend: { url: "${second}" }\n`);
  const third = `file://${bench.path("third")}`;
  expect(await moveTo(at({}), third)).toContain(`Copied: 2 resources to ${third}. Pulumi.yaml names it from now on.`);
  expect(fs.readFileSync(manifest, "utf8")).toContain(third);
  expect(await names(at({}))).toEqual(before);
  await expect(moveTo(at({}), second)).rejects.toThrow(`${second} has a state of the stack "test"`);
});
