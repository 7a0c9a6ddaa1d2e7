import { isMap, isScalar, isSeq } from "yaml";
import type { YAMLMap } from "yaml";
import { NAMES } from "../../model/compose/file.js";
import { hostName } from "../../model/compose/grammar.js";
import { adopt, isText, merged, sections } from "./context.js";
import type { Context } from "./context.js";
import { addAlias, networksOf } from "./aliases.js";

const LONGEST = 64;

/**
 * Gives each service a name that a container may have: in small letters, with a letter or a digit first, and not a single
 * one. What refers to it in the file follows, and in its networks it is still found by its former name.
 *
 * @param parts services, and mappings that services are put together from
 */
export function renameServices(context: Context, parts: readonly YAMLMap[]): void {
  const services = sections(context, "services");
  const taken = new Set(services.map(([name]) => name));
  const renamed = new Map<string, string>();
  for (const [name, { key, value }] of services) {
    if (NAMES.services.safeParse(name).success || !isScalar(key)) {
      continue;
    }
    const allowed = allowedName(context.name, name, taken);
    taken.add(allowed);
    renamed.set(name, allowed);
    key.value = allowed;
    const found = isMap(value) && keepAlias(context, value, name) ? `, and its networks still know it as ${name}` : "";
    context.changed.push({ line: context.lineOf(key), text: `the service ${name} is now ${allowed}${found}` });
  }
  if (renamed.size > 0) {
    parts.forEach((part) => {
      followRename(part, renamed);
    });
  }
}

function allowedName(project: string, name: string, taken: ReadonlySet<string>): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[._-]+/, "");
  const wanted = (plain.length < 2 ? `${project}-${plain || "service"}` : plain).slice(0, LONGEST);
  let free = wanted;
  for (let i = 2; taken.has(free); i++) {
    free = `${wanted.slice(0, LONGEST - 5)}-${i}`;
  }
  return free;
}

/** Whether it has networks of its own, in which it could be given its former name. */
function keepAlias(context: Context, service: YAMLMap, name: string): boolean {
  if (!hostName.safeParse(name).success || has(context, service, "network_mode")) {
    return false;
  }
  adopt(context, service, "networks");
  for (const network of networksOf(service.get("networks", true))) {
    addAlias(context, service, network, name);
  }
  return true;
}

const has = ({ document }: Context, service: YAMLMap, key: string): boolean =>
  service.has(key) || merged(document, service, key) !== undefined;

/** References of one service to others: in `depends_on`, `links`, `volumes_from`, `extends` and what is `service:NAME`. */
function followRename(part: YAMLMap, renamed: ReadonlyMap<string, string>): void {
  const now = (name: string): string => renamed.get(name) ?? name;
  for (const { key, value } of part.items) {
    switch (isScalar(key) ? key.value : key) {
      case "depends_on":
        rename(value, now);
        break;
      case "links":
      case "volumes_from":
        rename(value, (text) => text.replace(/^[^:]+/, now));
        break;
      case "extends":
        if (isText(value)) {
          value.value = now(value.value);
        } else if (isMap(value) && !value.has("file")) {
          rename(value.get("service", true), now);
        }
        break;
      case "network_mode":
      case "ipc":
      case "pid":
        rename(value, (text) => text.replace(/(?<=^service:).+/, now));
        break;
    }
  }
}

/** Other words in a text, in a list of them, or as the keys of a mapping. */
function rename(node: unknown, by: (text: string) => string): void {
  if (isText(node)) {
    node.value = by(node.value);
  } else if (isSeq(node)) {
    node.items.forEach((item) => {
      rename(item, by);
    });
  } else if (isMap(node)) {
    node.items.forEach(({ key }) => {
      rename(key, by);
    });
  }
}
