import { openLab } from "../lab/lab.js";
import { prepareProject } from "../lab/project.js";

// How long the things take that people wait for, on the lab "lab" after `npm run lab`: median and range, in seconds.

const RUNS = 5;

async function main(): Promise<void> {
  const cli = await prepareProject(openLab("lab"));
  const operations = {
    "preview, nothing to do": ["preview"],
    "up, nothing to do": ["up", "--yes", "--skip-preview"],
    "up with its preview, nothing to do": ["up", "--yes"],
    "preview --refresh, nothing to do": ["preview", "--refresh"],
  };
  for (const [name, args] of Object.entries(operations)) {
    const seconds: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const start = performance.now();
      await cli.must(args);
      seconds.push((performance.now() - start) / 1000);
    }
    seconds.sort((a, b) => a - b);
    const show = (value: number | undefined): string => (value ?? 0).toFixed(1);
    console.log(`${name}: ${show(seconds[RUNS >> 1])} s (${show(seconds[0])} to ${show(seconds.at(-1))})`);
  }
}

void main();
