import { cpus, loadavg } from "node:os";
import type { Lab } from "../lab/lab.js";
import { run } from "../scripts/lib/process.js";
import type { Sample } from "./statistics.js";

/** A command to be measured. */
export interface Command {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Exit codes that are no failure. @default only 0 */
  readonly good?: readonly number[];
}

const TIMES = /^([\d.]+) ([\d.]+) ([\d.]+)$/m;
/** bash counts what its children waited for, too: plugins, ssh, whatever else was started. */
const SCRIPT = `TIMEFORMAT='%3R %3U %3S'; exec 3>&2; time "$@" 2>&3 3>&-`;

/**
 * Runs a command once.
 *
 * @param lab whose hosts' CPU is counted
 * @throws Error with what the command said, if it failed
 */
export async function measure({ argv, cwd, env, good = [0] }: Command, lab?: Lab): Promise<Sample> {
  const before = lab && (await hostsCpu(lab));
  const { stdout, stderr, exitCode } = await run("bash", ["-c", SCRIPT, "bench", ...argv], { cwd, env });
  const [, wall = NaN, user = NaN, system = NaN] = (TIMES.exec(stderr) ?? []).map(Number);
  if (!good.includes(exitCode) || Number.isNaN(wall)) {
    throw new Error(`${argv.join(" ")} ended with ${exitCode}:\n${stdout}${stderr}`);
  }
  const sample = { wall, cpu: user + system };
  return before === undefined || lab === undefined ? sample : { ...sample, hosts: (await hostsCpu(lab)) - before };
}

/** Seconds of CPU that the hosts which are up have used since they booted. */
async function hostsCpu(lab: Lab): Promise<number> {
  const read =
    "cat /sys/fs/cgroup/cpuacct/cpuacct.usage 2>/dev/null || awk '/^usage_usec/ { print $2 * 1000 }' /sys/fs/cgroup/cpu.stat";
  const used = await Promise.all(lab.hosts.map(({ name }) => lab.root(name, ["sh", "-c", read])));
  return used.reduce((sum, { stdout }) => sum + (Number(stdout.trim()) || 0), 0) / 1e9;
}

/** On what was measured: what a reader needs in order to believe the figures. */
export function circumstances(): string {
  const [one] = cpus();
  const load = loadavg()[0] ?? 0;
  const busy =
    load > cpus().length / 2 ? ` The machine was busy (load ${load.toFixed(1)}): wall times say little.` : "";
  return `${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores (${one?.model.trim() ?? "unknown"}), Node ${process.versions.node}.${busy}`;
}
