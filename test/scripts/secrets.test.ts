import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeSecrets, makeMissingSecrets } from "../../scripts/secrets/secrets.js";
import { UserError } from "../../scripts/lib/command.js";
import { CONFIG } from "../model/declare.js";
import { FakeStack } from "./fake-stack.js";

const COMPOSE = `services:
  web:
    image: nginx:1.29
    environment: { A: "\${MADE}", B: "\${GIVEN}", C: "\${THERE}" }
x-secrets:
  MADE: { generate: 24 }
  GIVEN: { obtain: from the vendor }
  THERE: { generate: 16 }
`;

let directory: string;
let stack: FakeStack;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "secrets-"));
  await mkdir(join(directory, "stacks/nas"), { recursive: true });
  await writeFile(join(directory, "Pulumi.test.yaml"), `${CONFIG}  homelab:secrets: { THERE: { secure: v1:x } }\n`);
  await writeFile(join(directory, "stacks/nas/compose.yaml"), COMPOSE);
  stack = new FakeStack(directory);
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

test("makes what may be random, of the length asked for, and leaves what is there", async () => {
  const report = await makeMissingSecrets(stack, [directory]);
  expect(Object.keys(stack.values)).toEqual(["MADE"]);
  expect(stack.values["MADE"]).toMatch(/^[A-Za-z0-9]{24}$/);
  expect(report).toMatchObject({
    present: [{ name: "THERE" }],
    made: [{ name: "MADE" }],
    missing: [{ name: "GIVEN" }],
  });
});

test("says what it made by name only, and how to supply the rest", async () => {
  const text = describeSecrets("test", await makeMissingSecrets(stack, [directory]));
  expect(text).toBe(
    [
      "made MADE, for pi5/web",
      "",
      "Only you can supply:",
      "  GIVEN, for pi5/web",
      "    from: from the vendor",
      "    set:  npx pulumi config set --stack test --secret --path homelab:secrets.GIVEN",
      "The command prompts for the value, so it never shows up in your shell history or process list.",
    ].join("\n"),
  );
});

test("others may be random too, if the caller says so; then all are there", async () => {
  const report = await makeMissingSecrets(stack, [directory], ({ generate }) => generate ?? 32);
  expect(stack.values["GIVEN"]).toMatch(/^[A-Za-z0-9]{32}$/);
  expect(describeSecrets("test", report)).toMatch(/\nAll 3 secrets are there now\./);
});

test("nothing to do is said", () => {
  expect(describeSecrets("test", { present: [], made: [], missing: [] })).toBe(
    "Nothing to do: all 0 secrets are there.",
  );
});

test("nothing is made for a stack that is not there yet", async () => {
  stack.select = () => Promise.reject(new UserError("there is no stack"));
  await expect(makeMissingSecrets(stack, [directory])).rejects.toThrow(UserError);
  expect(stack.values).toEqual({});
});
