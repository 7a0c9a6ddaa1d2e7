import { mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { environmentOf } from "./instance.js";
import type { Instance } from "./instance.js";
import { Interrupted, StepError } from "./lab-error.js";
import { run, stopAll } from "../scripts/lib/process.js";

/** Output of a script on stdout, a line per fact (see machine/lib.sh). */
export interface Fact {
  readonly kind: "did" | "note" | "warning" | "error";
  readonly text: string;
}

export interface ScriptOptions {
  /** Its name in error messages. */
  readonly title: string;
  readonly args?: readonly string[];
  readonly onFact?: (fact: Fact) => void;
}

const SHOWN_OF_LOG = 12;
let interrupted = false;

/** Ends all running scripts and waits for their end; scripts started later throw `Interrupted` as well. */
export async function interrupt(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  interrupted = true;
  await stopAll(signal);
}

/**
 * Runs one of the shell scripts under lab/ and returns its facts; its stderr goes to `<instance>/log/<script>.log`.
 * @throws StepError if it fails, Interrupted after `interrupt`
 */
export async function runScript(instance: Instance, script: string, options: ScriptOptions): Promise<Fact[]> {
  if (interrupted) {
    throw new Interrupted();
  }
  mkdirSync(instance.dir, { recursive: true, mode: 0o700 });
  mkdirSync(join(instance.dir, "log"), { recursive: true });
  const log = join(instance.dir, "log", `${script.replace(/^machine\//, "").replace(/\W+/g, "-")}.log`);
  const facts: Fact[] = [];
  const result = await run("bash", [join(__dirname, script), ...(options.args ?? [])], {
    env: { ...environmentOf(instance), LAB_LOG: log },
    log,
    group: true,
    onLine: (line) => {
      const fact = factOf(line);
      if (fact === undefined) {
        return;
      }
      facts.push(fact);
      options.onFact?.(fact);
    },
  });
  // a signal handler changes this while the script runs, which the compiler cannot know
  if (interrupted as boolean) {
    throw new Interrupted();
  }
  if (result.exitCode === 0) {
    return facts;
  }
  const said = facts.findLast(({ kind }) => kind === "error")?.text;
  throw new StepError(
    options.title,
    said ?? `${basename(script)} ended with ${result.exitCode}`,
    log,
    await tail(log, result.stderr),
  );
}

const KINDS: Readonly<Record<string, Fact["kind"]>> = { "+": "did", "-": "note", "?": "warning", "!": "error" };

function factOf(line: string): Fact | undefined {
  const [, sign = "-", text = ""] = /^(?:([-+?!]) )?(.*)$/.exec(line.trim()) ?? [];
  return text === "" ? undefined : { kind: KINDS[sign] ?? "note", text };
}

async function tail(file: string, otherwise: string): Promise<string[]> {
  const text = await readFile(file, "utf8").catch(() => otherwise); // `down --purge` removes the logs too
  const lines = text.trimEnd().split("\n");
  return lines.filter((line) => !line.startsWith("! ")).slice(-SHOWN_OF_LOG); // "! " is the reason, which is shown already
}
