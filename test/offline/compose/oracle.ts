import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { repository } from "../workbench.js";

/** A Compose file, and what it finds where Compose runs. */
export interface Case {
  readonly compose: string;
  /** What variables have which value; secrets like all others. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Files beside it, by their relative path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly profiles?: readonly string[];
}

/** Compose's own reading of a file: the canonical project, or why it refuses it. */
export type Answer =
  { readonly project: Project; readonly error?: never } | { readonly project?: never; readonly error: string };

type Json = null | boolean | number | string | readonly Json[] | JsonMap;
export interface JsonMap {
  readonly [key: string]: Json;
}
export interface Project extends JsonMap {
  readonly name: string;
  readonly services: Readonly<Record<string, JsonMap>>;
}

/** What a project is called whose file does not say. */
export const PROJECT = "p";

/** Asks compose-go, in one run for all of them. It is built first if need be. */
export async function askOracle(cases: readonly Case[]): Promise<Answer[]> {
  const folder = mkdtempSync(join(tmpdir(), "compose-oracle-"));
  try {
    const requests = cases.map(({ compose, environment = {}, files = {}, profiles = [] }, i) => {
      const directory = join(folder, String(i));
      for (const [path, text] of Object.entries({ "compose.yaml": compose, ...files })) {
        mkdirSync(dirname(join(directory, path)), { recursive: true });
        writeFileSync(join(directory, path), text);
      }
      return { directory, name: PROJECT, environment, profiles };
    });
    const program = await run("bash", [join(repository, "lab/go-program.sh"), join(repository, "lab/compose-oracle")]);
    const answers = JSON.parse(await run(program.trim(), [], JSON.stringify(requests))) as Answer[];
    return answers.map((answer, i) => withoutFolder(answer, join(folder, String(i))));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Paths of a case begin with the project's directory, wherever that was. */
const withoutFolder = (answer: Answer, folder: string): Answer =>
  JSON.parse(JSON.stringify(answer).replaceAll(folder, "/project")) as Answer;

function run(command: string, args: readonly string[], input = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, CACHE_DIR: process.env["CACHE_DIR"] ?? "/var/lib/homelab-lab/cache" };
    const child = spawn(command, args, { env, stdio: ["pipe", "pipe", "pipe"] });
    const out = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (out.stderr += text));
    child.on("error", reject);
    child.stdin.on("error", () => undefined); // a program that needs no input may have ended already; its exit code counts
    child.on("close", (code) => {
      if (code === 0) {
        resolve(out.stdout);
      } else {
        reject(new Error(`${command} ended with ${code}:\n${out.stderr}`));
      }
    });
    child.stdin.end(input);
  });
}
