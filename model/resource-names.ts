// The one grammar of the names of Pulumi resources: the host, the kind of thing, and where there are several of them its
// own name, as in `pi5/container/docker`. No host, kind or container can have a name with a slash in it, so a container
// that is called like a setting, or a host whose name begins like another's, never collides.
//
// A deployed resource is known by its name: from the first release on, a rename needs an alias, else the resource is
// deleted and made again. test/components/names.test.ts shows every name and type.

/** What a host has one of. */
const SINGLE = ["settings", "containers", "engine", "leftovers"] as const;
/** What a host has several of. */
const NAMED = ["setting", "network", "volume", "image", "container"] as const;

/** The name of a resource, taken apart. */
export type ResourceName =
  | { readonly kind: "host" | (typeof SINGLE)[number]; readonly host: string }
  | { readonly kind: (typeof NAMED)[number]; readonly host: string; readonly name: string }
  /** A file on a host that is mounted into a container at an absolute path. */
  | { readonly kind: "file"; readonly host: string; readonly service: string; readonly path: string };

/** The name as the engine has it. */
export function printName(name: ResourceName): string {
  switch (name.kind) {
    case "host":
      return name.host;
    case "file":
      return `${name.host}/file/${name.service}${escaped(name.path)}`;
    case "settings":
    case "containers":
    case "engine":
    case "leftovers":
      return `${name.host}/${name.kind}`;
    default:
      return `${name.host}/${name.kind}/${escaped(name.name)}`;
  }
}

/** The opposite of printName; undefined for what is no resource of a host, such as the stack. */
export function parseName(text: string): ResourceName | undefined {
  const [, host, kind, rest] = /^([a-z0-9-]+)(?:\/([a-z]+)(?:\/(.+))?)?$/s.exec(text) ?? [];
  if (host === undefined) {
    return undefined;
  }
  if (kind === undefined) {
    return { kind: "host", host };
  }
  if (rest === undefined) {
    const single = SINGLE.find((it) => it === kind);
    return single && { kind: single, host };
  }
  if (kind === "file") {
    const [, service, path] = /^([^/]+)(\/.*)$/s.exec(rest) ?? [];
    return service === undefined || path === undefined ? undefined : { kind, host, service, path: unescaped(path) };
  }
  const named = NAMED.find((it) => it === kind);
  return named && { kind: named, host, name: unescaped(rest) };
}

/** "::" separates the parts of a URN, and no name may look as if another part began in it. */
const escaped = (text: string): string => text.replaceAll("%", "%25").replaceAll("::", ":%3A");
const unescaped = (text: string): string => text.replaceAll("%3A", ":").replaceAll("%25", "%");

/** The name in a URN. */
export const nameInUrn = (urn: string): string => urn.split("::").slice(3).join("::");

/**
 * A URN, or the reference to a provider that begins with one, in which a host has another name. What belongs to no host or
 * to another one is left as it is.
 */
export function renameInUrn(urn: string, from: string, to: string): string {
  const [scheme, stack, types = "", name = "", ...rest] = urn.split("::");
  const [host, ...path] = name.split("/");
  return types.startsWith(OWN_TYPES) && host === from
    ? [scheme, stack, types, [to, ...path].join("/"), ...rest].join("::")
    : urn;
}

/** Package and module of the types of our own components. */
export const OWN_TYPES = "homelab:index:";

/** The host that a resource belongs to; undefined for what belongs to none, such as the stack and its providers. */
export function hostInUrn(urn: string): string | undefined {
  const [, , types = ""] = urn.split("::");
  return types.startsWith(OWN_TYPES) ? parseName(nameInUrn(urn))?.host : undefined;
}

/** Pattern of the engine's --target and --exclude, in which `**` is any text and `*` any without colons. */
export const patternOf = (name: ResourceName): string =>
  name.kind === "host" ? `**::${OWN_TYPES}*::${name.host}` : `**::${printName(name)}`;

/** A host and all that belongs to it. */
export const patternsOfHost = (host: string): string[] => [patternOf({ kind: "host", host }), `**::${host}/**`];

/** All files of a service. */
export const patternOfFiles = (host: string, service: string): string => `**::${host}/file/${service}/**`;

/** Name of a hook, which no other hook of the program has. */
export const hookName = (host: string, what: string): string => `${host}/${what}`;

/** The name of a hook in which a host has another name. */
export const renameInHook = (name: string, from: string, to: string): string =>
  name.startsWith(hookName(from, "")) ? hookName(to, name.slice(hookName(from, "").length)) : name;

/** The names of what is no host's: parseName knows none of them, so that nothing here is taken for a host. */
export const TAILNET_NAMES = {
  component: "tailnet/tailnet",
  provider: "tailnet/api",
  policy: "tailnet/policy",
  key: (host: string) => `tailnet/key/${host}`,
  guard: "tailnet/unchanged",
} as const;
