// Bundles the language host and the command plugin into one file each, so that what is installed
// needs no node_modules beside it.
//
//   COMMAND_VERSION=1.2.1 node bundle.mjs
import { build } from "esbuild";
import { readFileSync } from "node:fs";

const manifest = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));
const commandVersion = process.env.COMMAND_VERSION;
if (!commandVersion) {
  throw new Error("COMMAND_VERSION is not set: the version that the command plugin is to report");
}

await build({
  entryPoints: { "pulumi-language-nodejs": "src/langhost/main.ts", "pulumi-resource-command": "src/command/main.ts" },
  outdir: "dist",
  outExtension: { ".js": ".cjs" },
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  legalComments: "none",
  logLevel: "warning",
  // Native helpers of ssh2, which works without them.
  external: ["cpu-features", "*.node"],
  define: {
    ENGINE_VERSION: JSON.stringify(manifest.dependencies["@pulumi/pulumi"]),
    COMMAND_VERSION: JSON.stringify(commandVersion),
  },
});
