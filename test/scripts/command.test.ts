import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandLine } from "../../model/command-line.js";
import { stackCommand, stackOfProject, UserError } from "../../scripts/lib/command.js";

let project: string;
beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), "stacks-"));
  await writeFile(join(project, "Pulumi.yaml"), "name: homelab\n");
});
afterEach(() => rm(project, { recursive: true }));

const withStacks = async (...names: string[]): Promise<void> => {
  await Promise.all(names.map((name) => writeFile(join(project, `Pulumi.${name}.yaml`), "config: {}\n")));
};

test.each([
  [[], "homelab"],
  [["cabin"], "cabin"],
  [["cabin", "homelab"], "homelab"],
])("of the stacks %j a command means %s", async (names, stack) => {
  await withStacks(...names);
  expect(stackOfProject(project)).toBe(stack);
});

test("of several, none called homelab, one has to be named", async () => {
  await withStacks("cabin", "city");
  expect(() => stackOfProject(project)).toThrow(
    new UserError("This project has several stacks: name one by --stack cabin, --stack city."),
  );
});

test("a command line names the stack where that is not the usual one", () => {
  expect(commandLine("unlock", "homelab")).toBe("npm run unlock");
  expect(commandLine("logs", "homelab", "web")).toBe("npm run logs -- web");
  expect(commandLine("logs", "cabin", "web")).toBe("npm run logs -- web --stack cabin");
});

test.each([
  [["--stack", "city"], "city"],
  [[], "homelab"],
])("a command that is called with %j is about %s", async (args, expected) => {
  let about: unknown;
  const command = stackCommand("look", "Look.").action(({ stack }: { stack: string }) => {
    about = stack;
  });
  await command.parseAsync(args, { from: "user" });
  expect(about).toBe(expected);
});
