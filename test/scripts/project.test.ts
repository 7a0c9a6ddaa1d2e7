import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { declarationDirectories, PROGRAM, projectDirectory } from "../../scripts/lib/project.js";

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "project-"));
  await project("mine", `name: homelab\nmain: ${PROGRAM}\n`);
  await project("other", "name: website\nruntime: nodejs\n");
  await project("broken", "name: [\n");
  await symlink(PROGRAM, join(scratch, "link"));
  await project("linked", "name: homelab\nmain: ../link\n");
});
afterAll(() => rm(scratch, { recursive: true }));

async function project(name: string, manifest: string): Promise<void> {
  await mkdir(join(scratch, name, "my/folder"), { recursive: true });
  await writeFile(join(scratch, name, "Pulumi.yaml"), manifest);
}

test.each([
  ["this program's directory", () => PROGRAM, () => PROGRAM],
  ["one of its folders", () => join(PROGRAM, "stacks/media"), () => PROGRAM],
  ["a project of this program", () => join(scratch, "mine"), () => join(scratch, "mine")],
  ["one of that project's folders", () => join(scratch, "mine/my/folder"), () => join(scratch, "mine")],
  ["a project that reaches this program by a link", () => join(scratch, "linked/my"), () => join(scratch, "linked")],
  ["a project of another program", () => join(scratch, "other"), () => PROGRAM],
  ["a folder of a project of another program", () => join(scratch, "other/my/folder"), () => PROGRAM],
  ["a project whose Pulumi.yaml cannot be read", () => join(scratch, "broken"), () => PROGRAM],
  ["nowhere", () => scratch, () => PROGRAM],
])("called in %s, a command finds the project", (_where, from, expected) => {
  expect(projectDirectory(from())).toBe(expected());
});

describe("called by npm, which runs in the directory of this program", () => {
  const before = process.env["INIT_CWD"];
  afterEach(() => {
    process.env["INIT_CWD"] = before;
  });

  test.each(["mine", "mine/my/folder"])("the project is looked for where npm was called: %s", (where) => {
    process.env["INIT_CWD"] = join(scratch, where);
    expect(projectDirectory()).toBe(join(scratch, "mine"));
    expect(declarationDirectories()).toEqual([join(scratch, "mine"), PROGRAM]);
  });
});
