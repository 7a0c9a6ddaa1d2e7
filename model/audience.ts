import { z } from "zod";
import { ROLES } from "./roles.js";
import type { Role } from "./roles.js";
import { familyOf, narrower, overlap, readSubnet } from "./subnet.js";
import type { Subnet } from "./subnet.js";
import type { ProblemCode } from "./yaml/codes.js";
import { complaint, refuse } from "./yaml/complaint.js";
import type { Remedy } from "./yaml/remedy.js";
import { suggest } from "./yaml/suggest.js";

/** An audience that the owner named under homelab:audiences. */
type NamedAudience = string & z.$brand<"NamedAudience">;

/** Who may reach a port. What each means, and whether it exists, is said by KINDS and nowhere else. */
export type Audience =
  | "lan"
  | "tailnet"
  | "containers"
  | "localhost"
  | `tailnet:${string}`
  | `host:${string}`
  | `role:${Role}`
  | NamedAudience
  | Subnet;

/** What audiences refer to. */
export interface World {
  /** Subnets of the LAN. */
  readonly lan: readonly Subnet[];
  readonly hosts: readonly { readonly name: string; readonly address: string; readonly role: Role | undefined }[];
  /** The owner's own audiences. */
  readonly audiences: Readonly<Record<string, readonly Subnet[]>>;
  /** The people of the tailnet by group. @default the tailnet's policy is no matter of the homelab's */
  readonly tailnet?: Readonly<Record<string, readonly string[]>>;
}

/** From where packets may come. */
export type Source =
  | {
      readonly kind: "subnet";
      readonly subnet: Subnet;
      readonly family: "v4" | "v6";
      /** Some of its addresses are on the tailnet, so packets from there may come by its interface. */
      readonly tailnet: boolean;
    }
  | { readonly kind: "tailnet" }
  | { readonly kind: "containers" };

/** Who on the tailnet is meant, in the terms of its policy. */
export type TailnetSource =
  /** The devices of all people. */
  | { readonly kind: "people" }
  | { readonly kind: "group"; readonly group: string }
  | { readonly kind: "host"; readonly host: string }
  /** Addresses, and what the owner calls them. */
  | { readonly kind: "subnet"; readonly subnet: Subnet; readonly name: string | undefined };

/** Why there is no such audience, and what to write instead. */
type Mistake = readonly [code: ProblemCode, message: string, remedy: Remedy & { readonly prose: string }];

/** The tailnet's interface, and the addresses that it has nowhere else (tailscale.com/kb/1015, 100.64.0.0/10). */
export const TAILNET = {
  interface: "tailscale0",
  v4: "100.64.0.0/10" as Subnet,
  v6: "fd7a:115c:a1e0::/48" as Subnet,
} as const;

/** One kind of audience. */
interface Kind {
  /** Is it of this kind, going by the form alone? */
  readonly is: (who: string) => boolean;
  /** How it is written, for hints; those without a world are the same in every homelab. */
  readonly examples: (world?: World) => readonly string[];
  /** Why it does not exist. */
  readonly missing?: (who: string, world: World) => Mistake | undefined;
  readonly sources: (who: string, world: World) => readonly Source[];
  /** Who of them comes by the tailnet. @default nobody */
  readonly onTailnet?: (who: string, world: World) => readonly TailnetSource[];
}

const literally = (word: string, sources: Kind["sources"], more: Partial<Kind> = {}): Kind => ({
  is: (who) => who === word,
  examples: () => [word],
  sources,
  ...more,
});

/** What the owner's own audiences may be called. */
export const AUDIENCE_NAME = /^[a-z][a-z0-9-]*$/;

const GROUP = /^tailnet:([a-z][a-z0-9-]*)$/;
const groupOf = (who: string): string => GROUP.exec(who)?.[1] ?? "";

/** In the order in which they are tried, and in which hints list them. */
const KINDS = {
  lan: literally("lan", (_, { lan }) => lan.map((it) => subnetSource(it, false))),
  tailnet: literally("tailnet", () => [{ kind: "tailnet" }], { onTailnet: () => [{ kind: "people" }] }),
  group: {
    is: (who) => GROUP.test(who),
    examples: (world) => Object.keys(world?.tailnet ?? {}).map((group) => `tailnet:${group}`),
    missing: (who, { tailnet = {} }) => {
      const group = groupOf(who);
      const otherwise = `write under homelab:tailnet who is in it, as in { groups: { ${group}: [anna@example.com] } }`;
      const remedy = suggest(group, Object.keys(tailnet), { as: (it) => `"tailnet:${it}"`, otherwise });
      return Object.hasOwn(tailnet, group)
        ? undefined
        : ["unknown-audience", `the tailnet has no group "${group}"`, remedy];
    },
    sources: () => [{ kind: "tailnet" }],
    onTailnet: (who) => [{ kind: "group", group: groupOf(who) }],
  },
  containers: literally("containers", () => [{ kind: "containers" }]),
  localhost: literally("localhost", () => []),
  role: {
    is: (who) => ROLES.some((role) => who === `role:${role}`),
    examples: () => ROLES.map((role) => `role:${role}`),
    sources: (who, world) => hostSources(hostsWith(who, world), world),
    onTailnet: (who, world) => hostsWith(who, world).map(({ name }) => ({ kind: "host", host: name })),
  },
  host: {
    is: (who) => /^host:[a-z0-9-]+$/.test(who),
    examples: (world) => world?.hosts.map(({ name }) => `host:${name}`) ?? ["host:NAME"],
    missing: (who, { hosts }) => {
      const name = who.slice("host:".length);
      const names = hosts.map((host) => host.name);
      const remedy = suggest(name, names, { as: (it) => `"host:${it}"` });
      return names.includes(name) ? undefined : ["unknown-host", `there is no host "${name}"`, remedy];
    },
    sources: (who, world) => hostSources(hostsNamed(who, world), world),
    onTailnet: (who, world) => hostsNamed(who, world).map(({ name }) => ({ kind: "host", host: name })),
  },
  named: {
    is: (who) => AUDIENCE_NAME.test(who),
    examples: (world) => Object.keys(world?.audiences ?? {}),
    missing: (who, world) => (Object.hasOwn(world.audiences, who) ? undefined : unknown(who, world)),
    sources: (who, { audiences }) => (audiences[who] ?? []).map((it) => subnetSource(it)),
    onTailnet: (who, { audiences }) => partsOnTailnet(audiences[who] ?? [], who),
  },
  subnet: {
    is: (who) => typeof readSubnet(who) === "string",
    examples: () => [],
    sources: (who) => [subnetSource(who as Subnet)],
    onTailnet: (who) => partsOnTailnet([who as Subnet], undefined),
  },
} as const satisfies Readonly<Record<string, Kind>>;

const subnetSource = (subnet: Subnet, tailnet = overlap(subnet, TAILNET[familyOf(subnet)])): Source => ({
  kind: "subnet",
  subnet,
  family: familyOf(subnet),
  tailnet,
});

const hostsWith = (who: string, { hosts }: World): World["hosts"] =>
  hosts.filter(({ role }) => who === `role:${role ?? ""}`);
const hostsNamed = (who: string, { hosts }: World): World["hosts"] =>
  hosts.filter(({ name }) => who === `host:${name}`);

/** Their addresses on the LAN; those on the tailnet are not known here, so its policy alone tells them apart. */
const hostSources = (hosts: World["hosts"], { tailnet }: World): Source[] => [
  ...hosts.map(({ address }) => subnetSource(address as Subnet, false)),
  ...(tailnet !== undefined && hosts.length > 0 ? [{ kind: "tailnet" } as const] : []),
];

const partsOnTailnet = (subnets: readonly Subnet[], name: string | undefined): TailnetSource[] =>
  subnets.flatMap((it) => {
    const tailnet = TAILNET[familyOf(it)];
    return overlap(it, tailnet) ? [{ kind: "subnet" as const, subnet: narrower(it, tailnet), name }] : [];
  });

const kindOf = (who: string): Kind | undefined => Object.values<Kind>(KINDS).find(({ is }) => is(who));

const examplesOf = (world?: World): string[] => Object.values<Kind>(KINDS).flatMap(({ examples }) => examples(world));

function unknown(who: string, world?: World): Mistake {
  const examples = examplesOf(world);
  const same = examples.find((it) => it === `host:${who}` || it === `role:${who}`);
  const remedy = same === undefined ? suggest(who, examples) : { prose: `write "${same}"` };
  return ["unknown-audience", `unknown audience "${who}"`, remedy];
}

/** Reads an audience of a port. Whether it exists is for `checkAudience` to say. */
export const audience = z.string().transform((who, context): Audience => {
  const mistake = looksNumeric(who) ? unnamed(who) : kindOf(who) === undefined ? unknown(who) : undefined;
  return mistake === undefined ? (who as Audience) : refuse(context, complaint(...mistake));
});

/** Who may reach something: at least one. */
export const audiences = z
  .array(audience)
  .refine(
    (list) => list.length > 0,
    complaint("empty-audience", "is empty", { prose: "list who may reach the port, or remove the port" }),
  );

/** Reads who may reach a host's SSH: an audience of other machines, or a subnet without a name. */
export const remoteAudience = z.string().transform((who, context): Audience => {
  if (KINDS.containers.is(who) || KINDS.localhost.is(who)) {
    const prose = "write lan, tailnet, or a name of homelab:audiences";
    return refuse(context, complaint("malformed", `"${who}" is not a place to log in from`, { prose }));
  }
  if (looksNumeric(who)) {
    const read = readSubnet(who);
    return typeof read === "string" ? read : refuse(context, read);
  }
  return kindOf(who) === undefined ? refuse(context, complaint(...unknown(who))) : (who as Audience);
});

/** Is it meant as an address or a subnet? */
const looksNumeric = (who: string): boolean => /^[\da-fA-F]*[.:][\da-fA-F.:]*(\/|$)/.test(who);

/** A subnet at a port says where, but not who. */
const unnamed = (who: string): Mistake => [
  "malformed",
  `"${who}" needs a name`,
  { prose: `name it under homelab:audiences, as in { guests: ${who} }, and write that name here` },
];

/** Could it be the owner's name for an audience? Not if it already means something. */
export const isFree = (name: string): boolean =>
  ![KINDS.lan, KINDS.tailnet, KINDS.containers, KINDS.localhost].some(({ is }) => is(name)) &&
  !["host", "role"].includes(name);

/** Why an audience does not exist in the homelab; undefined if it does. */
export const checkAudience = (who: Audience, world: World): Mistake | undefined => kindOf(who)?.missing?.(who, world);

/** From where packets of some audiences come, each source once. */
export function sourcesOf(audiences: readonly Audience[], world: World): Source[] {
  const sources = audiences.flatMap((who) => kindOf(who)?.sources(who, world) ?? []);
  return [...new Map(sources.map((source) => [JSON.stringify(source), source])).values()];
}

/** Who of some audiences comes by the tailnet, each once. */
export function tailnetSourcesOf(audiences: readonly Audience[], world: World): TailnetSource[] {
  const sources = audiences.flatMap((who) => kindOf(who)?.onTailnet?.(who, world) ?? []);
  return [...new Map(sources.map((source) => [JSON.stringify(source), source])).values()];
}

/** Does nobody but the host itself reach it? */
export const isLocalOnly = (audiences: readonly Audience[]): boolean => audiences.every(KINDS.localhost.is);
