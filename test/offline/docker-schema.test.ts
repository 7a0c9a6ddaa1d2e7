// The docker plugin in PULUMI_HOME takes and gives exactly what npm's @pulumi/docker declares.
import { spawnSync } from "node:child_process";
import * as os from "node:os";
import * as path from "node:path";
import { SchemaTypes, SdkTypes } from "./sdk-shapes";
import type { Schema } from "./sdk-shapes";
import { pinned, pulumiHome, repository } from "./workbench";

/** Builds images. The vendor adds it to what comes from upstream; the bridge of lab/offline/ does not have it. */
const VENDORS_OWN = "docker:index/image:Image";

const sdk = new SdkTypes(path.join(repository, "node_modules/@pulumi/docker"));
const schema = readSchema();
const plugin = new SchemaTypes(schema);

function readSchema(): Schema {
  const cli = path.join(repository, "node_modules/.bin/pulumi");
  const run = spawnSync(cli, ["package", "get-schema", `docker@${pinned("@pulumi/docker")}`], {
    cwd: os.tmpdir(),
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    env: {
      ...process.env,
      PULUMI_HOME: pulumiHome(),
      PULUMI_SKIP_UPDATE_CHECK: "1",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
    },
  });
  if (run.status !== 0) {
    throw new Error(run.stderr);
  }
  return JSON.parse(run.stdout) as Schema;
}

const resources = sdk.tokens("resources").filter((token) => token !== VENDORS_OWN);
const functions = sdk.tokens("functions");

test("the plugin has the SDK's resources and functions, and no others", () => {
  expect(resources.length).toBeGreaterThan(0);
  expect(functions.length).toBeGreaterThan(0);
  const ofProviders = (token: string): boolean => token.startsWith("pulumi:providers:");
  const of = (types: Record<string, unknown>): string[] => Object.keys(types).sort();
  expect(of(schema.resources).filter((token) => token !== VENDORS_OWN)).toEqual(resources);
  expect(of(schema.functions).filter((token) => !ofProviders(token))).toEqual(functions);
});

test.each(resources)("%s", (token) => {
  const declared = sdk.resource(token);
  expect(declared.outputs).not.toEqual({}); // or nothing would be compared
  expect(plugin.resource(token)).toEqual(declared);
});

test.each(functions)("%s", (token) => {
  expect(plugin.function(token)).toEqual(sdk.function(token));
});

test("the provider's configuration", () => {
  expect(plugin.provider()).toEqual(sdk.provider());
});
