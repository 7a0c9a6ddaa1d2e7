import { commandLine } from "../../model/command-line.js";
import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { ProblemCode } from "../../model/yaml/codes.js";
import { describeProblems, HomelabError } from "../../model/yaml/problem.js";
import type { Problem } from "../../model/yaml/problem.js";
import { buildHomelab } from "../../model/build.js";
import { readFrom } from "../../model/load.js";
import { asked } from "../lib/ask.js";
import { answersIn, NO_ANSWERS } from "./answers.js";
import type { Answers } from "./answers.js";
import { update } from "./bring-in.js";
import type { Note } from "./context.js";
import { copyData } from "./copy-data.js";
import { converse } from "./conversation.js";
import { newestVersion } from "./proposals.js";
import { answersTemplate, audiencesIn } from "./questions.js";
import type { Question } from "./questions.js";
import { containerOn, fileAt } from "./original.js";
import { UPSTREAM, UPSTREAM_HEAD } from "./upstream.js";
import { inHouseStyle, styled, write } from "./written.js";
import { convertCompose, projectName } from "./convert.js";
import type { Converted } from "./convert.js";
import { declarationDirectories, projectDirectory } from "../lib/project.js";
import { runCommand, stackCommand, UserError } from "../lib/command.js";
import { StackFile } from "../lib/stack-file.js";

interface Options {
  readonly stack: string;
  readonly audience: readonly string[];
  readonly answers?: string;
  readonly name?: string;
  readonly force: boolean;
  readonly update: boolean;
  readonly copyData: boolean;
  readonly fromHost?: string;
}

/** Exit code when the owner still has to state something. */
const INCOMPLETE = 2;

/** Takes an existing Compose file over and puts it on a host. */
async function addService(file: string, named: string | undefined, options: Options): Promise<void> {
  const { stack, audience, force, fromHost } = options;
  const host = fromHost ?? named;
  if (host === undefined) {
    throw new UserError(`On which host? -> ${commandLine("add-service", stack, file, "HOST")}`);
  }
  // npm runs commands in the project's directory, and says where it was called.
  const caller = process.env["INIT_CWD"] ?? ".";
  const project = projectDirectory();
  const stackFile = StackFile.read(project, stack);
  const { text, title, directory, look, name } =
    fromHost === undefined
      ? await fileAt(resolve(caller, file), file)
      : await containerOn(stackFile.reachable(fromHost), file);
  const given = options.answers === undefined ? NO_ANSWERS : answersIn(caller, options.answers);
  const convert = (answers?: Answers): Converted =>
    convertCompose({
      stack,
      text,
      file: title,
      name: options.name ?? name,
      audience: answers === undefined ? [] : audience.length > 0 ? audience : (answers.audience ?? []),
      ...(answers !== undefined && { answers }),
      look,
      directory: basename(directory),
      ...(options.name !== undefined && { rename: true }),
    });
  const plain = convert();
  const folder = `my/${plain.name}`;
  const place = join(project, folder);
  const upstream = `${UPSTREAM_HEAD}${await styled(place, plain.text)}`;
  if (options.update) {
    process.exitCode = (await update({ place, folder, upstream, plain, force })) ? 0 : INCOMPLETE;
    return;
  }
  assertFree(project, folder, plain, force);
  stackFile.addService(host, `${folder}/compose.yaml`);
  const kept = setValues(stackFile, plain, given);
  plain.on.forEach((name) => {
    stackFile.switchOn(`${host}/${name}`);
  });
  const { converted, open } = await converse(
    {
      convert,
      problemsOf: ({ text: compose, files }) =>
        problemsIn(
          stack,
          new Map([...beside(folder, files), [`${folder}/compose.yaml`, compose], [stackFile.name, stackFile.text]]),
        ),
      ask: process.stdin.isTTY && process.stdout.isTTY ? asked : undefined,
      say: console.log,
      newest: newestVersion,
    },
    given,
  );
  await write(place, folder, "compose.yaml", await styled(place, converted.text));
  await write(place, folder, UPSTREAM, upstream);
  for (const [path, content] of converted.files) {
    await write(place, folder, path, content);
  }
  if (stackFile.changed) {
    await stackFile.save(inHouseStyle);
    console.log(`added it to the services of ${host} in ${stackFile.name}`);
  }
  const data = await takeData(stackFile, host, directory, converted, options.copyData);
  report({ ...converted, todo: [...converted.todo, ...kept, ...data] }, open, title, stack, folder);
  if (fromHost !== undefined) {
    console.log(`\nIn the place of the container that is there: ${commandLine("adopt", stack, host, file)}`);
  }
}

/** Before anything is asked. @throws UserError if there is something to overwrite, and it is not said that it may be */
function assertFree(project: string, folder: string, { files }: Converted, force: boolean): void {
  const paths = ["compose.yaml", ...files.keys()].map((path) => `${folder}/${path}`);
  const inTheWay = paths.filter((path) => existsSync(join(project, path)));
  if (inTheWay.length > 0 && !force) {
    throw new UserError(
      `${inTheWay.join(", ")} is there already; --update brings in what the original has changed, ` +
        "--force overwrites it, --name takes another folder",
    );
  }
}

/** Copies directories with data, or says how that is done. */
async function takeData(
  stackFile: StackFile,
  name: string,
  directory: string,
  { data }: Converted,
  copy: boolean,
): Promise<Note[]> {
  if (!copy) {
    const text = "copies what lies in it, once: call this again with --force --copy-data, before the first deployment";
    return [...data.keys()].map((path) => ({ line: 0, text: `./${path} has data; --copy-data ${text}` }));
  }
  const host = stackFile.reachable(name);
  for (const [path, there] of data) {
    const { entries, alreadyThere } = await copyData(host, { here: join(directory, path), there });
    const same = `${entries} entries, compared`;
    console.log(`${alreadyThere ? "is there already" : "copied"} ./${path}: ${name}:${there} (${same})`);
  }
  return [];
}

/** Values that the project has already stay, unless the owner has answered otherwise. @returns those that stayed */
function setValues(stackFile: StackFile, { name, values }: Converted, answers: Answers): Note[] {
  Object.entries(answers.values).forEach(([key, value]) => stackFile.setValue(name, key, value, true));
  return [...values].flatMap(([key, value]) =>
    Object.hasOwn(answers.values, key) || stackFile.setValue(name, key, value)
      ? []
      : [{ line: 0, text: `\${${key}} has another value in ${stackFile.name} than in .env: it stays` }],
  );
}

const beside = (folder: string, files: Converted["files"]): [string, string][] =>
  [...files].map(([path, text]) => [`${folder}/${path}`, text]);

/** What the check finds of what the owner has not stated yet. */
const UNSTATED: ReadonlySet<ProblemCode> = new Set(["no-audience", "untagged-image", "moving-tag"]);

function report(
  { changed, todo, unstated }: Converted,
  open: readonly Question[],
  original: string,
  stack: string,
  folder: string,
): void {
  const problems = problemsIn(stack);
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
  if (open.length > 0) {
    console.log(`\nOr write a file, and pass it with --answers FILE --force:\n\n${answersTemplate(open)}`);
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

/** What the check says of the declaration, with files that are not written yet. */
function problemsIn(stack: string, files: ReadonlyMap<string, string> = new Map()): readonly Problem[] {
  const read = readFrom(declarationDirectories());
  try {
    buildHomelab(stack, (path) => {
      const text = files.get(path);
      return text === undefined ? read(path) : { text };
    });
    return [];
  } catch (error) {
    if (error instanceof HomelabError) {
      return error.problems;
    }
    throw error;
  }
}

function readAudience(text: string): readonly string[] {
  try {
    return audiencesIn(text);
  } catch (error) {
    throw error instanceof UserError ? new UserError(`--audience: ${error.message}`) : error;
  }
}

void runCommand(
  stackCommand("add-service", "Take an existing Compose file over and put it on a host.")
    .argument("<file>", "the Compose file, which stays as it is; with --from-host the name of a container")
    .argument("[host]", "name of the host")
    .option("--audience <who>", "who may reach the ports that do not say, as in lan,tailnet", readAudience, [])
    .option("--answers <file>", "what else only you can say, by service; without it, it is asked on a terminal")
    .option(
      "--name <name>",
      "project and folder below my/; default: what the file or its directory is called",
      projectName,
    )
    .option("--from-host <host>", "make the Compose file of a container that runs on that host already")
    .option("--force", "overwrite what is below my/ already", false)
    .option("--copy-data", "copy directories that lie beside the file to the host, where there is nothing yet", false)
    .option("--update", "bring in what the original has changed since it was taken over, and show it", false)
    .action(addService),
);
