import { isMap, isPair, isScalar, isSeq } from "yaml";
import type { YAMLMap } from "yaml";
import { addAlias, networksOf } from "./aliases.js";
import { adopt, adoptAll, drop, merged, isText, keyOf, listAt, mapAt, rootMap } from "./context.js";
import type { Context } from "./context.js";
import { rewriteGpus } from "./gpus.js";
import { WATCHTOWER_LABEL } from "../../model/labels.js";

/** Rewrites the keys of a service that this program refuses and whose meaning can be kept without them. */
export function rewriteService(context: Context, name: string, service: YAMLMap): void {
  drop(context, service, "expose", "containers of one network reach each other on every port");
  drop(context, service, "pull_policy", "an image is pulled when its reference changes");
  drop(context, service, "attach", "it is for docker compose up in a terminal");
  drop(context, service, "develop", "it is for developing an image");
  const build = mapAt(service, "build");
  if (build !== undefined) {
    drop(context, build, "args", "they may hold secrets, and are for where the image is built");
  }
  if (service.get("scale") === 1) {
    drop(context, service, "scale", "one service is one container");
  }
  mustHaveTag(context, name, service);
  rewriteWatchtower(context, name, service);
  rewriteLinks(context, name, service);
  rewriteDeploy(context, service);
  rewriteGpus(context, name, service);
  const dependencies = mapAt(service, "depends_on");
  for (const { value } of dependencies?.items ?? []) {
    if (isMap(value)) {
      drop(context, value, "restart", "a service is restarted only when its own definition changes");
    }
  }
}

/** Which version is to run is the owner's decision. */
function mustHaveTag({ unstated, lineOf }: Context, name: string, service: YAMLMap): void {
  const image: unknown = service.get("image", true);
  if (isText(image) && /^(?:.*\/)?[^:/@$]+(:latest)?$/.test(image.value)) {
    unstated.push({ line: lineOf(image), text: `${name}: ${image.value} names no version: write one, IMAGE:TAG` });
  }
}

/** Whether Watchtower may update a service is said by x-homelab.updates, and by default it may not. */
function rewriteWatchtower(context: Context, name: string, service: YAMLMap): void {
  const labels: unknown = service.get("labels", true);
  if (!isMap(labels) && !isSeq(labels)) {
    return;
  }
  const found = labels.items.flatMap((item) => {
    const [key, value] = isPair(item) ? [keyOf(item), textOf(item.value)] : (textOf(item).match(/[^=]+/g) ?? []);
    const automatic = ({ true: true, false: false } as Record<string, boolean>)[value?.toLowerCase() ?? ""];
    return key === WATCHTOWER_LABEL && automatic !== undefined ? [{ item, automatic }] : [];
  });
  for (const { item, automatic } of found) {
    const updates = automatic ? "automatic" : "pinned";
    const line = context.lineOf(isPair(item) ? item.key : item);
    context.changed.push({ line, text: `${name}: ${WATCHTOWER_LABEL} is now x-homelab.updates: ${updates}` });
    labels.items = labels.items.filter((it) => it !== item);
    adopt(context, service, "x-homelab");
    service.setIn(["x-homelab", "updates"], updates);
  }
  if (labels.items.length === 0) {
    service.delete("labels");
  }
}

const textOf = (node: unknown): string => (isScalar(node) ? String(node.value) : "");

/** Links are an order of starting, and another name for a service. */
function rewriteLinks(context: Context, name: string, service: YAMLMap): void {
  for (const link of listAt(service, "links").filter(isText)) {
    const [target = "", alias = target] = link.value.split(":");
    if (alias !== target && !findAs(context, service, target, alias)) {
      const text = `${name} finds ${target} as ${alias}: add aliases: [${alias}] to a network of ${target} that both are in`;
      context.todo.push({ line: context.lineOf(link), text });
    }
    addDependency(context, service, target);
  }
  drop(context, service, "links", "services of one network find each other by name");
}

/** Whether the other name could be given to a service, in a network that it shares with the one that uses the name. */
function findAs(context: Context, user: YAMLMap, target: string, alias: string): boolean {
  const { document } = context;
  const service: unknown = document.getIn(["services", target], true);
  if (!isMap(service) || service.has("network_mode")) {
    return false;
  }
  adopt(context, service, "networks");
  const names = networksOf(service.get("networks", true));
  const users = networksOf(user.get("networks", true) ?? merged(document, user, "networks"));
  const shared = names.find((it) => users.includes(it));
  if (shared === undefined) {
    return false;
  }
  addAlias(context, service, shared, alias);
  return true;
}

function addDependency(context: Context, service: YAMLMap, target: string): void {
  adopt(context, service, "depends_on");
  const { document } = context;
  const known: unknown = service.get("depends_on", true);
  if (isMap(known)) {
    if (!known.has(target)) {
      known.set(target, document.createNode({ condition: "service_started" }));
    }
  } else if (isSeq(known)) {
    if (!known.items.some((it) => isScalar(it) && it.value === target)) {
      known.add(document.createNode(target));
    }
  } else {
    service.set("depends_on", document.createNode([target]));
  }
}

/** Of `deploy` only the resources are left; the rest is for Swarm, or restart: in other words. */
function rewriteDeploy(context: Context, service: YAMLMap): void {
  adopt(context, service, "deploy");
  const deploy = mapAt(service, "deploy");
  if (deploy === undefined) {
    return;
  }
  adoptAll(context, deploy);
  if (deploy.get("replicas") === 1) {
    drop(context, deploy, "replicas", "one service is one container");
  }
  const policy = mapAt(deploy, "restart_policy");
  if (policy !== undefined) {
    const restart = restartOf(policy);
    drop(context, deploy, "restart_policy", `restart: ${restart} says it`);
    service.set("restart", restart); // of the two, this one counts to Compose
  }
  for (const key of ["mode", "placement", "update_config", "rollback_config", "endpoint_mode", "labels"]) {
    drop(context, deploy, key, "it is for Swarm");
  }
  if (deploy.items.length === 0) {
    service.delete("deploy");
  }
}

/** In Docker's words; how long to wait is Swarm's matter. */
function restartOf(policy: YAMLMap): string {
  const given: unknown = policy.get("condition");
  const condition = typeof given === "string" ? given : "any";
  const attempts: unknown = policy.get("max_attempts");
  const restart = ({ any: "always", none: "no" } as Record<string, string>)[condition] ?? condition;
  return restart === "on-failure" && typeof attempts === "number" ? `${restart}:${attempts}` : restart;
}

/** A name under a section of the root that nothing else has. */
export function freeKey(context: Context, section: string, wanted: string): string {
  const taken = new Set(rootMap(context, section).items.map(keyOf));
  let key = wanted;
  for (let i = 2; taken.has(key); i++) {
    key = `${wanted}-${i}`;
  }
  return key;
}

/** Adds an item to a list of a service, which is made if it is not there. */
export function append(context: Context, service: YAMLMap, key: string, item: unknown): void {
  adopt(context, service, key);
  const { document } = context;
  const list: unknown = service.get(key, true);
  if (isSeq(list)) {
    list.add(document.createNode(item));
  } else {
    service.set(key, document.createNode([item]));
  }
}
