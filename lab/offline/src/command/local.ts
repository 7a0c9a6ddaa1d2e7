// Commands on this machine.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { globToRegExp } from "./glob";
import { processInputs, Streams } from "./process";
import type { Operation } from "../provider/resource";
import type { Output } from "./process";
import { Blob } from "../provider/values";
import type { Value, Values } from "../provider/values";

const DEFAULT_INTERPRETER = process.platform === "win32" ? ["cmd", "/C"] : ["/bin/sh", "-c"];

/** Runs the command; answers with stdout, stderr and, if asked for, assets and archive. */
export async function runLocally(
  command: string,
  inputs: Values,
  before: Output,
  { log, signal }: Operation,
): Promise<Values> {
  const settings = processInputs(inputs, before);
  const dir = (inputs["dir"] as string | undefined) ?? process.cwd();
  const given = inputs["interpreter"] as string[] | undefined;
  const [program = "", ...args] = given?.length ? given : DEFAULT_INTERPRETER;
  const streams = new Streams(settings, log);

  const failure = await new Promise<string | undefined>((resolve) => {
    if (!fs.statSync(dir, { throwIfNoEntry: false })?.isDirectory()) {
      resolve(`the directory ${dir} does not exist`);
      return;
    }
    const child = spawn(program, [...args, command], {
      cwd: dir,
      env: { ...process.env, ...settings.environment, ...settings.previous },
      stdio: [settings.stdin === "" ? "ignore" : "pipe", "pipe", "pipe"],
      signal,
      killSignal: "SIGKILL",
    });
    child.stdout?.on("data", streams.stdout);
    child.stderr?.on("data", streams.stderr);
    child.stdin?.on("error", () => undefined); // it may end without reading it all
    child.stdin?.end(settings.stdin);
    child.on("error", (error) => {
      if (!signal.aborted) {
        resolve(error.message);
      }
    });
    child.on("close", (code, by) => {
      resolve(by ? `ended by signal ${by}` : code === 0 ? undefined : `exit status ${code}`);
    });
  });

  const output = await streams.finish(command, failure);
  const assetPaths = inputs["assetPaths"] as string[] | undefined;
  const archivePaths = inputs["archivePaths"] as string[] | undefined;
  return {
    ...output,
    ...(assetPaths ? { assets: findAssets(dir, assetPaths) } : {}),
    ...(archivePaths ? { archive: archiveOf(findAssets(dir, archivePaths)) } : {}),
  };
}

/** Files under dir that the last matching pattern includes, by their path relative to dir. */
function findAssets(dir: string, patterns: string[]): { [path: string]: Blob } {
  const rules = patterns.map((pattern) => {
    const exclude = pattern.startsWith("!");
    return {
      exclude,
      matches: globToRegExp(exclude ? pattern.slice(1) : pattern),
    };
  });
  const assets: { [path: string]: Blob } = {};
  const walk = (relative: string): void => {
    for (const entry of fs.readdirSync(path.join(dir, relative), {
      withFileTypes: true,
    })) {
      const file = relative === "" ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory()) {
        walk(file);
      } else if (rules.reduce((taken, rule) => (rule.matches.test(file) ? !rule.exclude : taken), false)) {
        assets[file] = assetOf(path.join(dir, file));
      }
    }
  };
  walk("");
  return assets;
}

function assetOf(file: string): Blob {
  return new Blob("asset", {
    hash: createHash("sha256").update(fs.readFileSync(file)).digest("hex"),
    path: file,
    text: "",
    uri: "",
  });
}

function archiveOf(assets: { [path: string]: Blob }): Value {
  const hash = createHash("sha256");
  for (const file of Object.keys(assets).sort()) {
    hash.update(`${file}\0${assets[file]?.text("hash")}\0`);
  }
  return new Blob("archive", {
    assets,
    hash: hash.digest("hex"),
    path: "",
    uri: "",
  });
}
