import type { Resource } from "../provider/resource";
import type { Field, Shape } from "../provider/shapes";
import { reveal, secret } from "../provider/values";
import type { Values } from "../provider/values";
import { ApiError } from "./client";
import type { Client } from "./client";

const field = (shape: Shape): Field => ({ shape, replaces: "any" });

interface Inputs {
  description?: string;
  ephemeral?: boolean;
  expiry?: number;
  preauthorized?: boolean;
  recreateIfInvalid?: "always" | "never" | "";
  reusable?: boolean;
  tags?: string[];
}

/** A key, as the server has it. */
interface Key {
  id: string;
  /** Only in the answer to its creation. */
  key?: string;
  description?: string;
  created: string;
  expires: string;
  expirySeconds?: number;
  invalid: boolean;
  userId?: string;
  capabilities: { devices: { create: Partial<Record<"reusable" | "ephemeral" | "preauthorized", boolean>> } };
}

/** A key with which a machine joins. */
export const key = (client: () => Client): Resource => ({
  inputs: {
    description: field({ kind: "string" }),
    ephemeral: field({ kind: "boolean" }),
    expiry: field({ kind: "integer" }),
    preauthorized: field({ kind: "boolean" }),
    recreateIfInvalid: { shape: { kind: "string" } },
    reusable: field({ kind: "boolean" }),
    tags: field({ kind: "list", of: { kind: "string" } }),
  },
  outputs: ["createdAt", "expiresAt", "invalid", "key", "userId"],
  check: (inputs) => {
    const { recreateIfInvalid = "", description = "" } = plain(inputs);
    return [
      ...(["always", "never", ""].includes(recreateIfInvalid)
        ? []
        : [{ property: "recreateIfInvalid", reason: "it must be always, never or empty" }]),
      ...(description.length <= 50 ? [] : [{ property: "description", reason: "it must be at most 50 characters" }]),
    ];
  },
  async create(inputs) {
    const {
      description = "",
      ephemeral = false,
      expiry = 0,
      preauthorized = false,
      reusable = false,
      tags,
    } = plain(inputs);
    const create = { reusable, ephemeral, tags: tags === undefined ? null : [...tags].sort(), preauthorized };
    const body = { capabilities: { devices: { create } }, expirySeconds: expiry, description };
    const made = (await client().json("POST", "keys", body)) as Key;
    return { id: made.id, state: { ...inputs, ...outputsOf(made), key: secret(made.key ?? "") } };
  },
  // recreateIfInvalid alone is the plugin's own and no matter of the server's.
  update: ({ state }, inputs) => Promise.resolve({ ...state, ...inputs }),
  async delete({ id }) {
    try {
      await client().json("DELETE", `keys/${id}`);
    } catch (error) {
      if (!isGone(error)) {
        throw error;
      }
    }
  },
  async read(id, inputs, state) {
    try {
      const found = (await client().json("GET", `keys/${id}`)) as Key;
      return { id, inputs, state: { ...state, ...outputsOf(found) } };
    } catch (error) {
      if (!isGone(error)) {
        throw error;
      }
      return { id, inputs, state: { ...state, invalid: true } };
    }
  },
  outdated: (state, inputs) => {
    const { recreateIfInvalid = "", reusable = false } = plain(inputs);
    const renewed = recreateIfInvalid === "always" || (recreateIfInvalid === "" && reusable);
    return state["invalid"] === true && renewed ? "invalid" : undefined;
  },
});

const plain = (values: Values): Inputs => reveal(values) as never;

const isGone = (error: unknown): boolean => error instanceof ApiError && error.status === 404;

function outputsOf({ id, created, expires, expirySeconds, invalid, userId, description, capabilities }: Key): Values {
  const { reusable = false, ephemeral = false, preauthorized = false } = capabilities.devices.create;
  return {
    id,
    createdAt: created,
    expiresAt: expires,
    expiry: expirySeconds ?? 0,
    invalid,
    userId: userId ?? "",
    description: description ?? "",
    reusable,
    ephemeral,
    preauthorized,
  };
}
