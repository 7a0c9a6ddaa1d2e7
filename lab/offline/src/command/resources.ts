// The life of each resource type, apart from the protocol that carries it.
import { randomBytes } from "node:crypto";
import type { Operation, Resource } from "../provider/resource";
import { check } from "../provider/shapes";
import type { Failure, Fields } from "../provider/shapes";
import { Blob, reveal } from "../provider/values";
import type { Value, Values } from "../provider/values";
import { checkSource, copyToRemote } from "./copy";
import { runLocally } from "./local";
import { NO_OUTPUT } from "./process";
import type { Output } from "./process";
import { runRemotely } from "./remote";
import * as shapes from "./shapes";

type Run = (command: string, inputs: Values, before: Output, operation: Operation) => Promise<Values | Output>;

const hex = (): string => randomBytes(4).toString("hex");

const previousOutput = (state: Values): Output => ({
  stdout: textOf(state["stdout"]),
  stderr: textOf(state["stderr"]),
});

function textOf(value: Value | undefined): string {
  const plain = value === undefined ? undefined : reveal(value);
  return typeof plain === "string" ? plain : "";
}

function command(inputs: Fields, run: Run): Resource {
  const outputs = ["stdout", "stderr"];
  return {
    inputs,
    outputs,
    // A command has an ID at preview already, though not the one that it will get.
    previewId: (name) => name + hex(),
    async create(news, operation, name) {
      const plain = reveal(news) as Values;
      const create = plain["create"];
      const output = typeof create === "string" ? await run(create, plain, NO_OUTPUT, operation) : NO_OUTPUT;
      return { id: name + hex(), state: { ...news, ...output } };
    },
    async update({ state: olds }, news, operation) {
      const plain = reveal(news) as Values;
      const line = plain["update"] ?? plain["create"];
      const before = previousOutput(olds);
      if (typeof line === "string") {
        return { ...news, ...(await run(line, plain, before, operation)) };
      }
      return { ...news, ...before };
    },
    async delete({ state }, operation) {
      const plain = reveal(state) as Values;
      const line = plain["delete"];
      if (typeof line === "string") {
        await run(line, plain, previousOutput(state), operation);
      }
    },
  };
}

const copy: Resource = {
  inputs: shapes.copyToRemote,
  outputs: [],
  check: (inputs) => checkSource(inputs["source"]),
  async create(inputs, operation) {
    await copyToRemote(reveal(inputs) as Values, operation);
    return { id: hex(), state: inputs };
  },
  async update({ state: olds }, inputs, operation) {
    const [before, after] = [reveal(olds) as Values, reveal(inputs) as Values];
    const hash = (values: Values): string => (values["source"] instanceof Blob ? values["source"].text("hash") : "");
    if (hash(before) !== hash(after) || before["remotePath"] !== after["remotePath"]) {
      await copyToRemote(after, operation);
    }
    return inputs;
  },
};

export const resources: { readonly [type: string]: Resource } = {
  "command:remote:Command": command(shapes.remoteCommand, runRemotely),
  "command:local:Command": command(shapes.localCommand, runLocally),
  "command:remote:CopyToRemote": copy,
};

/** `local.run` and `local.runOutput`: they run whenever they are called, at preview too. */
export async function invoke(
  token: string,
  args: Values,
  operation: Operation,
): Promise<{ result?: Values; failures: Failure[] }> {
  if (token !== "command:local:run") {
    throw new Error(`there is no function ${token}`);
  }
  const { inputs, failures } = check(shapes.localRun, args);
  if (failures.length > 0) {
    return { failures };
  }
  const plain = reveal(inputs) as Values;
  return {
    result: {
      ...inputs,
      ...(await runLocally(plain["command"] as string, plain, NO_OUTPUT, operation)),
    },
    failures,
  };
}
