import { commandLine } from "../../model/command-line.js";
import { isUtf8 } from "node:buffer";
import { existsSync, readFileSync, statSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { format, resolveConfig } from "prettier";
import { basename, dirname, join, resolve } from "node:path";
import { audience as audienceSchema } from "../../model/audience.js";
import { complaintsIn } from "../../model/yaml/explain.js";
import { withRemedies } from "../../model/yaml/remedy.js";
import type { ProblemCode } from "../../model/yaml/codes.js";
import { describeProblems, HomelabError } from "../../model/yaml/problem.js";
import type { Problem } from "../../model/yaml/problem.js";
import { loadHomelab } from "../../model/load.js";
import type { Found, Note } from "./context.js";
import { convertCompose, projectName } from "./convert.js";
import type { Converted } from "./convert.js";
import { declarationDirectories, projectDirectory } from "../lib/project.js";
import { runCommand, stackCommand, UserError } from "../lib/command.js";
import { withSchema } from "../lib/editor-schema.js";
import { StackFile } from "../lib/stack-file.js";

interface Options {
  readonly stack: string;
  readonly audience: readonly string[];
  readonly name?: string;
  readonly force: boolean;
}

/** Exit code when the owner still has to state something. */
const INCOMPLETE = 2;

/** Takes an existing Compose file over and puts it on a host. */
async function addService(file: string, host: string, options: Options): Promise<void> {
  const { stack, audience, force } = options;
  // npm runs commands in the project's directory, and says where it was called.
  const original = resolve(process.env["INIT_CWD"] ?? ".", file);
  const project = projectDirectory();
  const stackFile = StackFile.read(project, stack);
  const converted = convertCompose({
    stack,
    text: await textOf(original, file),
    file: basename(original),
    name: options.name ?? basename(dirname(original)),
    audience,
    look: lookFrom(dirname(original)),
    ...(options.name !== undefined && { rename: true }),
  });
  const folder = `my/${converted.name}`;
  stackFile.addService(host, `${folder}/compose.yaml`);

  const written = [["compose.yaml", converted.text] as const, ...converted.files];
  const inTheWay = written.map(([path]) => `${folder}/${path}`).filter((path) => existsSync(join(project, path)));
  if (inTheWay.length > 0 && !force) {
    throw new UserError(`${inTheWay.join(", ")} is there already; --force overwrites it, --name takes another folder`);
  }
  for (const [path, text] of written) {
    const target = join(project, folder, path);
    await mkdir(dirname(target), { recursive: true });
    const own = path === "compose.yaml";
    await writeFile(target, own ? await inHouseStyle(target, withSchema(target, text, "compose")) : text);
    console.log(`wrote ${folder}/${path}`);
  }
  if (stackFile.changed) {
    await stackFile.save(inHouseStyle);
    console.log(`added it to the services of ${host} in ${stackFile.name}`);
  }
  report(converted, basename(original), stack, folder);
}

/** What the check finds of what the owner has not stated yet. */
const UNSTATED: ReadonlySet<ProblemCode> = new Set(["no-audience", "untagged-image", "moving-tag"]);

/** As npm run lint wants it. */
const inHouseStyle = async (path: string, text: string): Promise<string> =>
  format(text, { ...(await resolveConfig(path)), filepath: path });

function report({ changed, todo, unstated }: Converted, original: string, stack: string, folder: string): void {
  const problems = problemsOf(stack);
  const own = problems.filter(({ file }) => file.startsWith(`${folder}/`));
  const check = commandLine("check", stack);
  show(`Changed (lines of ${original}):`, changed);
  // The check asks for them as well, once the file can be read at all.
  const asked = own.length === 0 || own.some(({ code }) => UNSTATED.has(code));
  show(`To do by you (lines of ${original}):`, [...todo, ...(asked ? [] : unstated)]);
  if (own.length > 0) {
    console.log(`\nTo be stated; ${check} shows what is left:\n\n${describeProblems(own)}`);
    process.exitCode = INCOMPLETE;
  }
  if (problems.length > own.length) {
    console.log(`\n${check} has ${problems.length - own.length} more to say about other files.`);
    process.exitCode = INCOMPLETE;
  } else if (own.length === 0) {
    console.log(`\n${check} has nothing to object to; npx pulumi preview --stack ${stack} shows what it will do.`);
  }
}

function show(title: string, notes: readonly Note[]): void {
  if (notes.length > 0) {
    const lines = notes.map(({ line, text }) => `  ${line > 0 ? `${line}: ` : ""}${text}`);
    console.log(`\n${title}\n${lines.join("\n")}`);
  }
}

/** What the check says of the declaration as it is now. */
function problemsOf(stack: string): readonly Problem[] {
  try {
    loadHomelab(stack, declarationDirectories());
    return [];
  } catch (error) {
    if (error instanceof HomelabError) {
      return error.problems;
    }
    throw error;
  }
}

async function textOf(path: string, name: string): Promise<string> {
  if (!existsSync(path)) {
    throw new UserError(`${name} is not there`);
  }
  const bytes = await readFile(path);
  if (!isUtf8(bytes)) {
    throw new UserError(`${name} is not UTF-8 text`);
  }
  return bytes.toString("utf8");
}

/** Looks at what a Compose file names by paths relative to its directory. */
function lookFrom(directory: string): (path: string) => Found {
  return (path) => {
    const full = path.startsWith("~") ? join(homedir(), path.slice(1)) : resolve(directory, path);
    const facts = statSync(full, { throwIfNoEntry: false });
    if (facts === undefined || facts.isDirectory()) {
      return { kind: facts === undefined ? "missing" : "directory" };
    }
    if (!facts.isFile()) {
      return { kind: "binary" };
    }
    const bytes = readFileSync(full);
    const executable = (facts.mode & 0o111) !== 0;
    return isUtf8(bytes) ? { kind: "file", text: bytes.toString("utf8"), executable } : { kind: "binary" };
  };
}

function readAudience(text: string): string[] {
  return text.split(",").map((who) => {
    const result = audienceSchema.safeParse(who.trim(), { reportInput: true });
    if (!result.success) {
      const wrong = complaintsIn(result.error.issues).map(({ message, remedies }) => withRemedies(message, remedies));
      throw new UserError(`--audience: ${wrong.join("; ")}`);
    }
    return result.data;
  });
}

void runCommand(
  stackCommand("add-service", "Take an existing Compose file over and put it on a host.")
    .argument("<file>", "the Compose file; it stays as it is")
    .argument("<host>", "name of the host")
    .option("--audience <who>", "who may reach the ports that do not say, as in lan,tailnet", readAudience, [])
    .option(
      "--name <name>",
      "project and folder below my/; default: what the file or its directory is called",
      projectName,
    )
    .option("--force", "overwrite what is below my/ already", false)
    .action(addService),
);
