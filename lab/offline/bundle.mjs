// Bundles the language host and the stand-ins for plugins into one file each, so that what is installed
// needs no node_modules beside it.
//
//   COMMAND_VERSION=1.2.1 TAILSCALE_VERSION=0.29.1 node bundle.mjs
import { build } from "esbuild";
import { readFileSync } from "node:fs";

const manifest = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));

/** The version that a plugin is to report. */
function version(variable) {
  const value = process.env[variable];
  if (!value) {
    throw new Error(`${variable} is not set: the version that the plugin is to report`);
  }
  return JSON.stringify(value);
}

await build({
  entryPoints: {
    "pulumi-language-nodejs": "src/langhost/main.ts",
    "pulumi-resource-command": "src/command/main.ts",
    "pulumi-resource-tailscale": "src/tailscale/main.ts",
  },
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
    COMMAND_VERSION: version("COMMAND_VERSION"),
    TAILSCALE_VERSION: version("TAILSCALE_VERSION"),
  },
});
