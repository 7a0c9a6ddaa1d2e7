import { relative } from "node:path";

const SHOWN = 10;
/** Less is not worth a line. */
const SLOW_MS = 1000;

/** Prints the slowest tests of a run, before jest's summary. What a file does before and after its tests counts as one. */
export default class Slowest {
  #rootDir;
  constructor({ rootDir }) {
    this.#rootDir = rootDir;
  }

  onRunComplete(_, { testResults }) {
    const slowest = testResults
      .flatMap((file) => this.#timesOf(file))
      .filter(({ ms }) => ms >= SLOW_MS)
      .sort((a, b) => b.ms - a.ms)
      .slice(0, SHOWN);
    if (slowest.length > 0) {
      const lines = slowest.map(({ ms, name }) => `${(ms / 1000).toFixed(1).padStart(7)} s  ${name}`);
      process.stderr.write(`\nSlowest tests:\n${lines.join("\n")}\n`);
    }
  }

  #timesOf({ testFilePath, testResults, perfStats }) {
    const file = relative(this.#rootDir, testFilePath);
    const times = testResults.map(({ fullName, duration }) => ({ ms: duration ?? 0, name: `${file}: ${fullName}` }));
    const tests = times.reduce((sum, { ms }) => sum + ms, 0);
    return [...times, { ms: perfStats.runtime - tests, name: `${file}, before and after its tests` }];
  }
}
