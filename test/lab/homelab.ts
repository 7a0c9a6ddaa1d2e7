import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { openLab } from "../../lab/lab.js";
import { prepareProject } from "../../lab/project.js";
import { wordsOf } from "../../model/drift/drift.js";
import { readReport } from "../../model/drift/report.js";
import { changesOf } from "../../scripts/lib/engine-events.js";
import type { Changes } from "../../scripts/lib/engine-events.js";
import { run } from "../../scripts/lib/process.js";
import type { RunResult } from "../../scripts/lib/process.js";
import { argvOf, PROGRAM } from "../../scripts/lib/project.js";
import { PulumiStack } from "../../scripts/lib/pulumi-stack.js";
import type { Operations } from "../../scripts/lib/operation.js";

/** The lab that this test file has to itself: each of jest's workers has one. */
export const lab = openLab(process.env["LAB_INSTANCE"] ?? labOfWorker(Number(process.env["JEST_WORKER_ID"] ?? 1)));

function labOfWorker(worker: number): string {
  const name = ["test", "test2"][worker - 1];
  if (name === undefined) {
    throw new Error("There are two labs for tests: run jest with --maxWorkers 2, or with --runInBand.");
  }
  return name;
}

/** A container as its host has it. */
export interface Container {
  readonly id: string;
  readonly startedAt: string;
  /** running, exited, ... and for one with a health check, whether it is healthy. */
  readonly state: string;
}

interface State {
  readonly Status: string;
  readonly StartedAt: string;
  readonly Health?: { readonly Status: string };
}

const describe = ({ Status, StartedAt, Health }: State): Omit<Container, "id"> => ({
  startedAt: StartedAt,
  state: Health === undefined ? Status : `${Status} ${Health.Status}`,
});

/** Every container of every host, by HOST/NAME. */
export async function containers(hosts = lab.hosts.map(({ name }) => name)): Promise<Record<string, Container>> {
  const script = "docker ps -aq | xargs -r docker inspect --format '{{.Name}} {{.Id}} {{json .State}}'";
  const perHost = await Promise.all(
    hosts.map(async (host) => {
      const { stdout, stderr, exitCode } = await lab.ssh(host, ["sh", "-c", script]);
      if (exitCode !== 0) {
        throw new Error(`${host}: ${stderr}`);
      }
      return stdout.split("\n").flatMap((line): [string, Container][] => {
        const [, name, id = "", state = ""] = /^(\S+) (\S+) (.*)$/.exec(line) ?? [];
        return name === undefined ? [] : [[`${host}${name}`, { id, ...describe(JSON.parse(state) as State) }]];
      });
    }),
  );
  return Object.fromEntries(perHost.flat());
}

/** Names of the containers that are not the same as before: other ones, new ones, and ones that are gone. */
export function differing(before: Record<string, Container>, after: Record<string, Container>): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => before[name]?.id !== after[name]?.id).sort();
}

/** How a setting differs from what was applied, as the text of a probe's report says it: each as `CODE: WORDS`. */
export function driftIn(report: string, setting: string): readonly string[] {
  const reading = readReport(report);
  if (reading.status !== "ok") {
    return [reading.reason];
  }
  const seen = reading.report.settings[setting];
  return seen === undefined ? ["not reported"] : seen.drift.map((it) => `${it.code}: ${wordsOf(it)}`);
}

/** That everybody who should can log in to a host, over a connection of their own. */
export async function everybodyCanLogIn(host: string): Promise<void> {
  const [deploy, admin, probe] = await Promise.all([
    lab.ssh(host, ["id", "-un"], { user: "deploy" }),
    lab.ssh(host, ["sudo", "-n", "id", "-un"], { user: "pi" }),
    lab.ssh(host, [], { user: "probe" }),
  ]);
  expect([host, deploy.stdout.trim(), admin.stdout.trim()]).toEqual([host, "deploy", "root"]);
  expect([host, JSON.parse(probe.stdout)]).toEqual([
    host,
    expect.objectContaining({ settings: expect.any(Object) as object }),
  ]);
}

/** Returns when a setting that nobody confirmed has gone back to the former state; asked at the keyboard, since SSH may be shut. */
export async function reverted(host: string, setting: string): Promise<void> {
  const state = `/usr/local/sbin/homelab-helper probe | jq -er '.settings["${setting}"].state'`;
  const script = `until [ "$(${state})" = reverted ]; do sleep 1; done`;
  const { exitCode } = await lab.root(host, ["sh", "-c", script], { timeoutMs: 120_000 });
  expect([host, setting, exitCode]).toEqual([host, setting, 0]);
}

/** Runs a command on a host, as the account that deploys, that must succeed. */
export async function by(host: string, command: string): Promise<string> {
  const { stdout, stderr, exitCode } = await lab.ssh(host, ["sh", "-c", command]);
  if (exitCode !== 0) {
    throw new Error(`${host}: ${command}: ${stderr}`);
  }
  return stdout.trim();
}

/** Runs one of the project's commands on the lab's stack. */
export async function commandOn(
  cli: PulumiStack,
  name: string,
  args: readonly string[] = [],
  env = {},
): Promise<RunResult & { output: string }> {
  const [node, ...script] = argvOf(name);
  const result = await run(node, [...script, ...args, "--stack", cli.name], {
    cwd: cli.directory,
    env: { ...cli.env, ...env },
  });
  return { ...result, output: result.stdout + result.stderr };
}

/** What an operation of the engine printed, and what it counted. */
export interface Operation {
  readonly output: string;
  readonly exitCode: number;
  readonly changes: Changes;
}

/** What takes longer hangs; a first deployment to all hosts takes minutes on a busy machine. */
const OPERATION_TIMEOUT_MS = 540_000;

interface OperateOptions {
  readonly refresh?: boolean;
  readonly diff?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs an operation of the engine on the lab's stack. */
export async function operate(
  cli: PulumiStack,
  kind: keyof Operations,
  { env, ...options }: OperateOptions = {},
): Promise<Operation> {
  const stack = env === undefined ? cli : new PulumiStack(cli.directory, cli.name, { ...cli.env, ...env });
  const { ok, output, events } = await stack.operate(kind, {
    continueOnError: kind === "up",
    signal: AbortSignal.timeout(OPERATION_TIMEOUT_MS),
    ...options,
  });
  return { output, exitCode: ok ? 0 : 1, changes: changesOf(events) };
}

/** Arguments of a `pulumi up` by the CLI itself. */
export const UP = ["up", "--yes", "--skip-preview", "--continue-on-error"];

/** `pulumi up` that must succeed. */
export async function up(cli: PulumiStack): Promise<Operation> {
  const operation = await operate(cli, "up");
  if (operation.exitCode !== 0) {
    throw new Error(operation.output);
  }
  return operation;
}

/**
 * The lab's project with the Compose files as its own copy, for tests that change them.
 *
 * @param hosts names of the hosts that it declares; @default all
 */
export async function projectWithOwnStacks(hosts?: readonly string[]): Promise<PulumiStack> {
  const cli = await prepareProject(lab, { hosts });
  await cp(join(PROGRAM, "stacks"), join(cli.directory, "stacks"), { recursive: true });
  return cli;
}

/** Replaces a text in a file of the project, which must be there. */
export async function edit(cli: PulumiStack, file: string, from: string | RegExp, to: string): Promise<void> {
  const path = join(cli.directory, file);
  const text = await readFile(path, "utf8");
  const changed = text.replace(from, to);
  if (changed === text) {
    throw new Error(`${file} has no ${String(from)}`);
  }
  await writeFile(path, changed);
}

/** Sets something in the project's stack configuration; undefined takes it out. */
export async function configure(cli: PulumiStack, path: readonly string[], value: unknown): Promise<void> {
  const file = join(cli.directory, `Pulumi.${cli.name}.yaml`);
  const document = parseDocument(await readFile(file, "utf8"));
  if (value === undefined) {
    document.deleteIn(["config", ...path]);
  } else {
    document.setIn(["config", ...path], value);
  }
  await writeFile(file, document.toString());
}
