import { randomUUID } from "node:crypto";
import type { Resource } from "../provider/resource";
import type { Fields } from "../provider/shapes";
import { reveal } from "../provider/values";
import type { Value, Values } from "../provider/values";
import type { Client } from "./client";

const nameservers: Fields = {
  address: { shape: { kind: "string" }, required: true },
  useWithExitNode: { shape: { kind: "boolean" }, default: false },
};
const NAMESERVERS = { kind: "list", of: { kind: "object", fields: nameservers } } as const;

interface Nameserver {
  address: string;
  useWithExitNode?: boolean;
}

interface Inputs {
  magicDns: boolean;
  overrideLocalDns: boolean;
  searchPaths: string[];
  nameservers?: Nameserver[];
  splitDns?: { domain: string; nameservers?: Nameserver[] }[];
}

/** As it travels: what is empty or false is left out. */
interface Configuration {
  nameservers?: Nameserver[];
  splitDNS?: Record<string, Nameserver[]>;
  searchPaths?: string[];
  preferences?: { overrideLocalDNS?: boolean; magicDNS?: boolean };
}

/** All of a tailnet's DNS. */
export function dnsConfiguration(client: () => Client): Resource {
  const set = (body: Configuration): Promise<unknown> => client().json("POST", "dns/configuration", body);
  return {
    inputs: {
      magicDns: { shape: { kind: "boolean" }, default: true },
      overrideLocalDns: { shape: { kind: "boolean" }, default: false },
      searchPaths: { shape: { kind: "list", of: { kind: "string" } }, default: [] },
      nameservers: { shape: NAMESERVERS },
      splitDns: {
        shape: {
          kind: "list",
          of: {
            kind: "object",
            fields: {
              domain: { shape: { kind: "string" }, required: true },
              nameservers: { shape: NAMESERVERS, required: true },
            },
          },
        },
      },
    },
    outputs: [],
    async create(inputs) {
      await set(configurationOf(inputs));
      return { id: randomUUID(), state: inputs };
    },
    async update(_, inputs) {
      await set(configurationOf(inputs));
      return inputs;
    },
    // The vendor's plugin switches MagicDNS off by this, for the whole tailnet.
    async delete() {
      await set({ preferences: {} });
    },
    async read(id) {
      const found = inputsOf((await client().json("GET", "dns/configuration")) as Configuration);
      return { id, inputs: found, state: found };
    },
  };
}

function configurationOf(values: Values): Configuration {
  const {
    nameservers: servers = [],
    splitDns = [],
    searchPaths,
    overrideLocalDns,
    magicDns,
  } = reveal(values) as unknown as Inputs;
  const split = splitDns.map(({ domain, nameservers: of = [] }) => [domain, of.map(resolver)] as const);
  return {
    ...(servers.length > 0 && { nameservers: servers.map(resolver) }),
    // In Go's order of a map's keys.
    ...(split.length > 0 && { splitDNS: Object.fromEntries([...split].sort(([a], [b]) => (a < b ? -1 : 1))) }),
    ...(searchPaths.length > 0 && { searchPaths }),
    preferences: { ...(overrideLocalDns && { overrideLocalDNS: true }), ...(magicDns && { magicDNS: true }) },
  };
}

const resolver = ({ address, useWithExitNode = false }: Nameserver): Nameserver =>
  useWithExitNode ? { address, useWithExitNode } : { address };

function inputsOf({ nameservers: servers, splitDNS, searchPaths, preferences }: Configuration): Values {
  const listOf = (list: readonly Nameserver[]): Value[] =>
    list.map(({ address, useWithExitNode = false }) => ({ address, useWithExitNode }));
  return {
    magicDns: preferences?.magicDNS ?? false,
    overrideLocalDns: preferences?.overrideLocalDNS ?? false,
    searchPaths: searchPaths ?? [],
    ...(servers !== undefined && servers.length > 0 && { nameservers: listOf(servers) }),
    ...(splitDNS !== undefined && {
      splitDns: Object.entries(splitDNS).map(([domain, of]) => ({ domain, nameservers: listOf(of) })),
    }),
  };
}

/** The name servers of one domain; whatever else the tailnet's DNS has stays. */
export function dnsSplitNameservers(client: () => Client): Resource {
  const plain = (values: Values): { domain: string; nameservers: string[] } => reveal(values) as never;
  const set = (domain: string, list: string[]): Promise<unknown> =>
    client().json("PATCH", "dns/split-dns", { [domain]: list });
  const servers = async (domain: string): Promise<string[]> =>
    ((await client().json("GET", "dns/split-dns")) as Record<string, string[]>)[domain] ?? [];
  return {
    inputs: {
      domain: { shape: { kind: "string" }, required: true, replaces: "any" },
      nameservers: { shape: { kind: "list", of: { kind: "string" } }, required: true },
    },
    outputs: [],
    async create(inputs) {
      const { domain, nameservers: list } = plain(inputs);
      await set(domain, list);
      return { id: domain, state: { domain, nameservers: await servers(domain) } };
    },
    async update(_, inputs) {
      const { domain, nameservers: list } = plain(inputs);
      await set(domain, list);
      return { domain, nameservers: await servers(domain) };
    },
    async delete({ id }) {
      await set(id, []);
    },
    async read(id) {
      const found = { domain: id, nameservers: await servers(id) };
      return { id, inputs: found, state: found };
    },
  };
}
