import { randomUUID } from "node:crypto";
import type { Resource } from "../provider/resource";
import type { Fields, Shape } from "../provider/shapes";
import { equal, reveal } from "../provider/values";
import type { Values } from "../provider/values";
import type { Client } from "./client";

/** In the order in which they travel; `always` is there even where it is not set. */
const SETTINGS: Readonly<Record<string, { kind: "string" | "boolean" | "integer"; always?: boolean }>> = {
  aclsExternallyManagedOn: { kind: "boolean", always: true },
  aclsExternalLink: { kind: "string", always: true },
  devicesApprovalOn: { kind: "boolean" },
  devicesAutoUpdatesOn: { kind: "boolean" },
  devicesKeyDurationDays: { kind: "integer" },
  usersApprovalOn: { kind: "boolean" },
  usersRoleAllowedToJoinExternalTailnets: { kind: "string" },
  networkFlowLoggingOn: { kind: "boolean" },
  regionalRoutingOn: { kind: "boolean" },
  postureIdentityCollectionOn: { kind: "boolean" },
  httpsEnabled: { kind: "boolean" },
};
/** The one that has another name in the program. */
const ROLE = "usersRoleAllowedToJoinExternalTailnets";
const inputName = (name: string): string => (name === ROLE ? "usersRoleAllowedToJoinExternalTailnet" : name);

/** Settings of the tailnet as a whole. */
export function tailnetSettings(client: () => Client): Resource {
  const readAll = async (): Promise<Values> => {
    const found = (await client().json("GET", "settings")) as Values;
    return Object.fromEntries(
      Object.keys(SETTINGS).flatMap((name) => {
        const value = found[name];
        return value === undefined ? [] : [[inputName(name), value]];
      }),
    );
  };
  const write = async (olds: Values, inputs: Values): Promise<Values> => {
    const news = reveal(inputs) as Values;
    const body = Object.fromEntries(
      Object.entries(SETTINGS).flatMap(([name, { always }]) => {
        const value = news[inputName(name)];
        const changed = value !== undefined && !equal(olds[inputName(name)], value);
        return changed ? [[name, value]] : always === true ? [[name, null]] : [];
      }),
    );
    await client().json("PATCH", "settings", body);
    return { ...inputs, ...(await readAll()) };
  };
  return {
    inputs: Object.fromEntries(
      Object.entries(SETTINGS).map(([name, { kind }]) => [inputName(name), { shape: { kind } satisfies Shape }]),
    ) satisfies Fields,
    outputs: [],
    create: async (inputs) => ({ id: randomUUID(), state: await write({}, inputs) }),
    update: ({ state }, inputs) => write(reveal(state) as Values, inputs),
    // What they were before is not known: they stay.
    async read(id, inputs) {
      const state = await readAll();
      const set = Object.keys(inputs).flatMap((name) => {
        const value = state[name];
        return value === undefined ? [] : [[name, value] as const];
      });
      return { id, state, inputs: Object.fromEntries(set) };
    },
  };
}
