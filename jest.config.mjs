const transform = {
  "\\.[jt]s$": [
    "@swc/jest",
    { jsc: { target: "es2023", parser: { syntax: "typescript" } }, module: { type: "commonjs" }, sourceMaps: "inline" },
  ],
};

// TypeScript names a module by the .js that it would become; here it stays .ts.
const moduleNameMapper = { "^(\\.{1,2}/.*)\\.js$": "$1" };
const common = { transform, moduleNameMapper };

/** @type {import("jest").Config} */
export default {
  projects: [
    { ...common, displayName: "unit", testMatch: ["<rootDir>/test/{model,components,scripts}/**/*.test.ts"] },
    { ...common, displayName: "offline", testMatch: ["<rootDir>/test/offline/**/*.test.ts"] },
    { ...common, displayName: "lab", testMatch: ["<rootDir>/test/lab/**/*.test.ts"] },
    { ...common, displayName: "kernel", testMatch: ["<rootDir>/test/kernel/**/*.test.ts"] },
  ],
};
