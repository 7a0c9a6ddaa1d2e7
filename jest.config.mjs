import { readFileSync } from "node:fs";

/** These packages and what they depend on, of which some are ESM only. */
function withDependencies(names, seen = new Set()) {
  for (const name of names) {
    if (!seen.has(name)) {
      seen.add(name);
      const { dependencies = {} } = JSON.parse(
        readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url)),
      );
      withDependencies(Object.keys(dependencies), seen);
    }
  }
  return [...seen];
}

const transform = {
  "\\.[jt]s$": [
    "@swc/jest",
    { jsc: { target: "es2023", parser: { syntax: "typescript" } }, module: { type: "commonjs" }, sourceMaps: "inline" },
  ],
};

// Jest runs CommonJS. Node itself can require ESM, jest cannot, so these are transformed like our own files.
const transformIgnorePatterns = [`/node_modules/(?!(${withDependencies(["execa", "p-limit"]).join("|")})/)`];

// TypeScript names a module by the .js that it would become; here it stays .ts.
const moduleNameMapper = { "^(\\.{1,2}/.*)\\.js$": "$1" };
const ready = ["<rootDir>/test/lab/ready.ts"];
// By default jest wraps what a test file leaves on the global object, such as the emitter that execa shares, in accessors that
// call themselves without end.
const testEnvironmentOptions = { globalsCleanup: "off" };
const common = { transform, transformIgnorePatterns, moduleNameMapper, testEnvironmentOptions };

/** @type {import("jest").Config} */
export default {
  testSequencer: "<rootDir>/test/sequencer.mjs",
  reporters: ["default", "<rootDir>/test/reporters/slowest.mjs"],
  projects: [
    {
      ...common,
      displayName: "unit",
      testMatch: ["<rootDir>/test/{model,components,hosts,scripts,helper,lint}/**/*.test.ts"],
    },
    {
      ...common,
      displayName: "offline",
      setupFilesAfterEnv: ready,
      testMatch: ["<rootDir>/test/offline/**/*.test.ts"],
    },
    { ...common, displayName: "lab", setupFilesAfterEnv: ready, testMatch: ["<rootDir>/test/lab/**/*.test.ts"] },
    { ...common, displayName: "kernel", testMatch: ["<rootDir>/test/kernel/**/*.test.ts"] },
  ],
};
