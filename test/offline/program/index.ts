// The program that engine.test.ts deploys. It declares what SPEC, a JSON file, lists, and notes the
// hooks that it gets in the file LOG.
import * as fs from "node:fs";
import { local, remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { Declaration } from "./declaration";

class Group extends pulumi.ComponentResource {
  constructor(name: string) {
    super("test:index:Group", name);
    this.registerOutputs({});
  }
}

function environment(name: string): string {
  const value = process.env[name];
  if (value === undefined) {
    throw new Error(`${name} is not set`);
  }
  return value;
}

/** A key with a leading "!" is a secret. */
function inputs(args: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(args).map(([key, value]) =>
      key.startsWith("!") ? [key.slice(1), pulumi.secret(value)] : [key, value],
    ),
  );
}

export = async (): Promise<Record<string, unknown>> => {
  const declarations = JSON.parse(await fs.promises.readFile(environment("SPEC"), "utf8")) as Declaration[];
  const hook = new pulumi.ResourceHook("note", ({ name }) => {
    fs.appendFileSync(environment("LOG"), `hook ${name}\n`);
  });
  const options = { parent: new Group("group"), hooks: { beforeCreate: [hook] } };
  const outputs: Record<string, unknown> = { token: new pulumi.Config().requireSecret("token") };
  for (const { name, type, args } of declarations) {
    switch (type) {
      case "local":
        outputs[name] = new local.Command(name, inputs(args), options).stdout;
        break;
      case "remote":
        outputs[name] = new remote.Command(name, inputs(args) as unknown as remote.CommandArgs, options).stdout;
        break;
      case "copy": {
        const source = new pulumi.asset.StringAsset(String(args["source"]));
        new remote.CopyToRemote(name, { ...inputs(args), source } as unknown as remote.CopyToRemoteArgs, options);
      }
    }
  }
  return outputs;
};
