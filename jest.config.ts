import type { Config } from "jest";

const transform: Config["transform"] = {
  "\\.[jt]s$": [
    "@swc/jest",
    { jsc: { target: "es2023", parser: { syntax: "typescript" } }, module: { type: "commonjs" }, sourceMaps: "inline" },
  ],
};

const config: Config = {
  projects: [
    { displayName: "unit", testMatch: ["<rootDir>/test/{model,components,scripts}/**/*.test.ts"], transform },
    { displayName: "lab", testMatch: ["<rootDir>/test/lab/**/*.test.ts"], transform },
  ],
};
export default config;
