import { join } from "node:path";
import type { Lab } from "../lab/lab.js";
import { openLab } from "../lab/lab.js";
import { prepareProject } from "../lab/project.js";
import { run } from "../scripts/lib/process.js";
import { PROGRAM } from "../scripts/lib/project.js";
import { pulumi, up } from "./deployment.js";
import { measure } from "./measure.js";
import { HEADER, median, row, table } from "./statistics.js";
import type { Sample } from "./statistics.js";

const NAME = "scale";

/**
 * What each further host costs that is in sync: Pi Zeros, in a lab that is made for this and removed again.
 *
 * @param counts how many agents to measure with, such as 5, 15, 30
 */
export async function benchScale(counts: readonly number[], runs: number): Promise<string> {
  const ascending = [...counts].sort((a, b) => a - b);
  const previews = new Map<number, Sample[]>();
  const ups = new Map<number, Sample[]>();
  await labCommand("up", "--no-deploy");
  try {
    const lab = openLab(NAME);
    for (const count of ascending) {
      await growTo(lab, count);
      const stack = await prepareProject(lab);
      await measure(up(stack));
      for (let i = 0; i < runs; i++) {
        (previews.get(count) ?? previews.set(count, []).get(count))?.push(await measure(pulumi(stack, "preview"), lab));
        (ups.get(count) ?? ups.set(count, []).get(count))?.push(await measure(up(stack), lab));
      }
    }
  } finally {
    await labCommand("down");
  }
  const rows = ascending.flatMap((count) => [
    row(`${count} agents, \`pulumi preview\``, previews.get(count) ?? []),
    row(`${count} agents, \`pulumi up\``, ups.get(count) ?? []),
  ]);
  return `${table(HEADER, rows)}\n\nEach further host: ${perHost(previews)} in a preview, ${perHost(ups)} in an up.`;
}

/** The slope between the fewest and the most hosts, as in "48 ms (CPU here 120 ms)". */
function perHost(samples: ReadonlyMap<number, readonly Sample[]>): string {
  const counts = [...samples.keys()];
  const [few, many] = [Math.min(...counts), Math.max(...counts)];
  const slope = (of: (sample: Sample) => number): string => {
    const [low, high] = [few, many].map((count) => median((samples.get(count) ?? []).map(of)));
    return many === few ? "-" : `${Math.round((((high ?? 0) - (low ?? 0)) / (many - few)) * 1000)} ms`;
  };
  return `${slope(({ wall }) => wall)} (CPU here ${slope(({ cpu }) => cpu)})`;
}

async function growTo(lab: Lab, count: number): Promise<void> {
  for (let i = 1; i <= count; i++) {
    const name = `agent-${i}`;
    if (!lab.hosts.some((host) => host.name === name)) {
      await lab.addHost(name);
    }
  }
}

async function labCommand(...args: string[]): Promise<void> {
  const { exitCode, stderr, stdout } = await run("bash", [join(PROGRAM, "lab/lab.sh"), ...args, "--instance", NAME]);
  if (exitCode !== 0) {
    throw new Error(`npm run lab -- ${args.join(" ")}:\n${stdout}${stderr}`);
  }
}
