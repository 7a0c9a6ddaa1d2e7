import { randomUUID } from "node:crypto";
import type { Resource } from "../provider/resource";
import { reveal } from "../provider/values";
import type { Values } from "../provider/values";
import { ApiError } from "./client";
import type { Client } from "./client";

/** What the server takes for "as long as nobody has written a policy". */
const DEFAULT_POLICY = "ts-default";

/** Space that means nothing: all but what is in strings and comments. */
const withoutSpace = (text: string): string =>
  text.replace(/("(?:[^"\\]|\\.)*"|\/\/[^\n]*|\/\*[^]*?\*\/)|\s+/g, (_, kept: string | undefined) => kept ?? "");

/** The tailnet's policy file. */
export const acl = (client: () => Client): Resource => ({
  inputs: {
    acl: { shape: { kind: "string" }, required: true },
    overwriteExistingContent: { shape: { kind: "boolean" } },
    resetAclOnDestroy: { shape: { kind: "boolean" } },
  },
  outputs: [],
  async create(inputs) {
    const { acl: text, overwriteExistingContent: overwrite } = plain(inputs);
    try {
      await client().writePolicy(text, overwrite === true ? undefined : DEFAULT_POLICY);
    } catch (error) {
      if (error instanceof ApiError && error.status === 412) {
        throw new Error(
          `Overwrite Protected: the tailnet has a policy of its own. Import it (the ID is "acl"), or set ` +
            `overwriteExistingContent: ${error.message}`,
          { cause: error },
        );
      }
      throw error;
    }
    return { id: randomUUID(), state: inputs };
  },
  async update({ state }, inputs) {
    const { acl: text } = plain(inputs);
    if (plain(state).acl !== text) {
      await client().writePolicy(text);
    }
    return inputs;
  },
  async delete({ state }) {
    if (plain(state).resetAclOnDestroy === true) {
      await client().writePolicy("");
    }
  },
  async read(id, inputs, state) {
    const now = await client().readPolicy();
    return { id, inputs: { ...inputs, acl: now }, state: { ...state, acl: now } };
  },
  same: (input, a, b) =>
    input === "acl" && typeof a === "string" && typeof b === "string" && withoutSpace(a) === withoutSpace(b),
});

const plain = (values: Values): { acl: string; overwriteExistingContent?: boolean; resetAclOnDestroy?: boolean } =>
  reveal(values) as never;
