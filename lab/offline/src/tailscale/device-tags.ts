import type { Resource } from "../provider/resource";
import { reveal } from "../provider/values";
import type { Values } from "../provider/values";
import type { Client } from "./client";

/** The tags of one machine. */
export function deviceTags(client: () => Client): Resource {
  const plain = (values: Values): { deviceId: string; tags: string[] } => reveal(values) as never;
  const set = (id: string, tags: string[]): Promise<unknown> => client().json("POST", `/device/${id}/tags`, { tags });
  const found = async (id: string): Promise<Values> => {
    const { tags = [] } = (await client().json("GET", `/device/${id}`)) as { tags?: string[] };
    return { deviceId: id, tags: [...tags].sort() };
  };
  return {
    inputs: {
      deviceId: { shape: { kind: "string" }, required: true, replaces: "any" },
      tags: { shape: { kind: "list", of: { kind: "string" } }, required: true },
    },
    outputs: [],
    async create(inputs) {
      const { deviceId, tags } = plain(inputs);
      await set(deviceId, tags);
      return { id: deviceId, state: await found(deviceId) };
    },
    async update({ id }, inputs) {
      await set(id, plain(inputs).tags);
      return found(id);
    },
    async delete({ id }) {
      await set(id, []);
    },
    async read(id) {
      const state = await found(id);
      return { id, inputs: state, state };
    },
    same: (input, a, b) => input.startsWith("tags") && sorted(a) === sorted(b),
  };
}

const sorted = (tags: unknown): string => (Array.isArray(tags) ? JSON.stringify([...(tags as string[])].sort()) : "");
