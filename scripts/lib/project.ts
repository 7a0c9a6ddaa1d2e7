import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parse } from "yaml";

/** Directory of this program: where index.ts and stacks/ are. */
export const PROGRAM = join(__dirname, "../..");

const MANIFEST = "Pulumi.yaml";

/** The program and arguments that `npm run NAME` comes to. */
export const argvOf = (name: string): readonly [string, ...string[]] => [
  process.execPath,
  join(PROGRAM, "scripts/run.cjs"),
  `scripts/${name}/command.ts`,
];

/**
 * Directory of the project that a command is about. Like the Pulumi CLI, every command looks for it from where it is
 * called upwards; a project that runs another program is not meant.
 *
 * @param from where the command is called
 * @returns directory of a Pulumi.yaml whose program is this one; without one above, that of this program itself
 */
export function projectDirectory(from: string = calledFrom()): string {
  for (let directory = resolve(from); ; directory = dirname(directory)) {
    if (isProject(directory)) {
      return directory;
    }
    if (directory === dirname(directory)) {
      return PROGRAM;
    }
  }
}

/** Where the declaration's files may be, the first that has one wins: in the project, then in this program. */
export const declarationDirectories = (project: string = projectDirectory()): readonly string[] => [project, PROGRAM];

/** Names of the stacks that a project has a configuration of, Pulumi.NAME.yaml. */
export const stacksOf = (project: string): string[] =>
  readdirSync(project)
    .flatMap((file) => /^Pulumi\.([\w.-]+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();

/** Directory that the user is in: npm runs scripts in the directory of package.json, and says where it was called itself. */
export function calledFrom(): string {
  const cwd = process.cwd();
  return same(cwd, PROGRAM) ? (process.env["INIT_CWD"] ?? cwd) : cwd;
}

function isProject(directory: string): boolean {
  const manifest = join(directory, MANIFEST);
  return existsSync(manifest) && same(resolve(directory, mainOf(readFileSync(manifest, "utf8"))), PROGRAM);
}

/** Where a Pulumi.yaml has its program, relative to itself. */
function mainOf(manifest: string): string {
  try {
    const data: unknown = parse(manifest);
    const main = typeof data === "object" && data !== null && "main" in data ? data.main : undefined;
    return typeof main === "string" ? main : ".";
  } catch {
    return "."; // what is wrong with it is the engine's to say
  }
}

const same = (a: string, b: string): boolean => existsSync(a) && existsSync(b) && realpathSync(a) === realpathSync(b);
