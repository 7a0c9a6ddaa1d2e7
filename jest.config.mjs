const transform = {
  "\\.ts$": [
    "@swc/jest",
    { jsc: { target: "es2023", parser: { syntax: "typescript" } }, module: { type: "commonjs" }, sourceMaps: "inline" },
  ],
};

// TypeScript names a module by the .js that it would become; here it stays .ts.
const moduleNameMapper = { "^(\\.{1,2}/.*)\\.js$": "$1" };
const ready = ["<rootDir>/test/lab/ready.ts"];
const common = { testEnvironment: "<rootDir>/test/environment.mjs", transform, moduleNameMapper };

/** @type {import("jest").Config} */
export default {
  // One core less is the default, which of two leaves one.
  maxWorkers: "100%",
  // What takes longer says so. Jest's own 5 s are over on a busy machine before a program has started.
  testTimeout: 60_000,
  testSequencer: "<rootDir>/test/sequencer.mjs",
  reporters: ["default", "<rootDir>/test/reporters/slowest.mjs"],
  projects: [
    {
      ...common,
      displayName: "unit",
      testMatch: ["<rootDir>/test/{model,components,hosts,tailnet,scripts,helper,lint}/**/*.test.ts"],
    },
    // Builds what it needs itself, so it waits for no lab.
    { ...common, displayName: "oracle", testMatch: ["<rootDir>/test/offline/compose-oracle.test.ts"] },
    {
      ...common,
      displayName: "offline",
      setupFilesAfterEnv: ready,
      testMatch: ["<rootDir>/test/offline/**/!(compose-oracle).test.ts"],
    },
    { ...common, displayName: "lab", setupFilesAfterEnv: ready, testMatch: ["<rootDir>/test/lab/**/*.test.ts"] },
    { ...common, displayName: "soak", testMatch: ["<rootDir>/test/soak/**/*.test.ts"] },
    { ...common, displayName: "kernel", testMatch: ["<rootDir>/test/kernel/**/*.test.ts"] },
  ],
};
