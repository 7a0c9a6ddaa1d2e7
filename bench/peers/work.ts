import { posix } from "node:path";
import { nameInUrn, parseName } from "../../model/resource-names.js";

// The same work for other tools: what a deployed state has on each host, resource by resource.

/** A resource as `pulumi stack export` has it; a secret in its inputs is an object. */
export interface ExportedResource {
  readonly urn: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

/** Something that has to be on a host. */
export type Item =
  | { readonly kind: "folder"; readonly path: string }
  | { readonly kind: "file"; readonly path: string; readonly content: string }
  /** A rule of UFW, as `ufw` takes it. */
  | { readonly kind: "rule"; readonly rule: string }
  | { readonly kind: "network" | "volume"; readonly name: string }
  /** One that is made, and not started: two of each would not fit a host. */
  | {
      readonly kind: "container";
      readonly name: string;
      readonly image: string;
      readonly env: Readonly<Record<string, string>>;
    };

/** Where the other tools write, and how what they make begins, so that they do not disturb what this program manages. */
export const FOLDER = "/srv/peer";
export const PREFIX = "peer-";

/**
 * The work on each host: every file of a host setting and of a service, every rule of UFW, network, volume and container.
 * A secret's place is taken by a text as long.
 */
export function workOf(resources: readonly ExportedResource[]): ReadonlyMap<string, readonly Item[]> {
  const work = new Map<string, Item[]>();
  for (const { urn, inputs = {} } of resources) {
    const name = parseName(nameInUrn(urn));
    // The stack's own resource has a name like a host's.
    if (name === undefined || !("kind" in name) || name.kind === "host") {
      continue;
    }
    const items = work.get(name.host) ?? [];
    work.set(name.host, items);
    switch (name.kind) {
      case "setting":
        items.push(...ofSetting(name.name, inputs["stdin"]));
        break;
      case "file":
        items.push({ kind: "file", path: `${FOLDER}/${name.service}${name.path}`, content: text(inputs["stdin"]) });
        break;
      case "network":
      case "volume":
        items.push({ kind: name.kind, name: name.name });
        break;
      case "container":
        items.push({ kind: "container", name: name.name, image: text(inputs["image"]), env: envOf(inputs["envs"]) });
        break;
      default:
    }
  }
  return new Map([...work].map(([host, items]) => [host, [...foldersOf(items), ...items]]));
}

/** `["KEY=value"]` as a mapping. */
function envOf(envs: unknown): Record<string, string> {
  const lines = Array.isArray(envs) ? envs.filter((it) => typeof it === "string") : [];
  return Object.fromEntries(lines.map((line) => [line.split("=")[0] ?? "", line.slice(line.indexOf("=") + 1)]));
}

const text = (value: unknown): string => (typeof value === "string" ? value : "x".repeat(32));

/** The desired state that a setting is given on standard input. */
interface SettingInput {
  readonly files?: Readonly<Record<string, readonly string[]>>;
  readonly rules?: readonly string[];
  readonly folders?: readonly { readonly path: string }[];
}

function ofSetting(name: string, stdin: unknown): Item[] {
  if (typeof stdin !== "string") {
    return [{ kind: "file", path: `${FOLDER}/${name}`, content: text(stdin) }];
  }
  const { files = {}, rules = [], folders = [] } = JSON.parse(stdin) as SettingInput;
  return [
    ...Object.entries(files).map(([path, lines]): Item => ({
      kind: "file",
      path: `${FOLDER}${path}`,
      content: lines.map((line) => `${line}\n`).join(""),
    })),
    ...folders.map(({ path }): Item => ({ kind: "folder", path })),
    ...rules.map((rule): Item => ({ kind: "rule", rule })),
  ];
}

/** The folders of the files, each once, those above first. */
function foldersOf(items: readonly Item[]): Item[] {
  const folders = items.flatMap((item) => (item.kind === "file" ? [posix.dirname(item.path)] : []));
  return [...new Set(folders)].sort().map((path) => ({ kind: "folder", path }));
}
