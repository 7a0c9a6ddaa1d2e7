import { FILES_LABEL, GENERATION_LABEL } from "../../../model/labels.js";

/** How the engine shows what nobody may see. */
const SECRET = "[secret]";

type Inputs = Readonly<Record<string, unknown>>;

/** Properties by what people call them; the others go by their own name. */
const WORDS: Readonly<Record<string, string>> = {
  cpuSet: "cpuset",
  dnsOpts: "DNS options",
  dnsSearches: "DNS search",
  dns: "DNS servers",
  entrypoints: "entrypoint",
  groupAdds: "groups",
  healthcheck: "health check",
  hosts: "extra hosts",
  logDriver: "logging",
  logOpts: "logging",
  mounts: "mounts",
  networksAdvanced: "networks",
  restart: "restart policy",
  securityOpts: "security options",
  stopTimeout: "stop grace period",
  destroyGraceSeconds: "stop grace period",
  volumes: "mounts",
};
/** Followed by the image, or of no interest beside what causes them. */
const SILENT = ["imageId", "waitTimeout", "wait"];

/** What is said of an environment that the engine hides as a whole, where nobody else knows it. */
export const HIDDEN_ENVIRONMENT = "environment (with secrets)";

/**
 * What is different about a container.
 *
 * @param changed names of the properties that the engine says are different
 * @param hidden what is different about an environment that the engine hides; @default that it is different
 */
export function containerDetails(
  changed: readonly string[],
  before: Inputs,
  after: Inputs,
  hidden: readonly string[] = [HIDDEN_ENVIRONMENT],
): string[] {
  const lines = changed
    .filter((property) => !SILENT.includes(property))
    .flatMap((property): readonly string[] => {
      const [was, is] = [before[property], after[property]];
      switch (property) {
        case "envs":
          return environmentDetails(was, is, hidden);
        case "labels":
          return labelDetails(was, is);
        default:
          return [isPlain(was) && isPlain(is) ? `${wordOf(property)}: ${shown(was)} → ${shown(is)}` : wordOf(property)];
      }
    });
  return [...new Set(lines)];
}

const wordOf = (property: string): string => WORDS[property] ?? property;

const isPlain = (value: unknown): value is string | number | boolean | undefined =>
  value === undefined ||
  (typeof value === "string" && value !== SECRET) ||
  ["number", "boolean"].includes(typeof value);
const shown = (value: string | number | boolean | undefined): string => (value === undefined ? "none" : String(value));

/** Of a list of NAME=VALUE; where the engine hides it as a whole, only that it is different. */
function environmentDetails(was: unknown, is: unknown, otherwise: readonly string[]): readonly string[] {
  const [before, after] = [assignments(was), assignments(is)];
  if (before === undefined || after === undefined) {
    return otherwise;
  }
  const names = [...new Set([...before.keys(), ...after.keys()])].filter(
    (name) => before.get(name) !== after.get(name),
  );
  const lines = names.map((name) => `${name}: ${before.get(name) ?? "none"} → ${after.get(name) ?? "none"}`);
  const hidden = (list: unknown): number => (Array.isArray(list) ? list.filter((it) => it === SECRET).length : 0);
  const secrets = hidden(was) + hidden(is) > 0 && (lines.length === 0 || hidden(was) !== hidden(is));
  return [...lines, ...(secrets ? ["environment: a secret"] : [])];
}

function assignments(list: unknown): ReadonlyMap<string, string> | undefined {
  if (list !== undefined && !Array.isArray(list)) {
    return undefined;
  }
  const texts = (list ?? []).filter((it): it is string => typeof it === "string" && it !== SECRET);
  return new Map(texts.map((text) => [text.split("=", 1)[0] ?? text, text.slice(text.indexOf("=") + 1)]));
}

/** Two labels of our own say that a file is different, and that the container is made again to repair it. */
function labelDetails(was: unknown, is: unknown): string[] {
  const [before, after] = [labelsIn(was), labelsIn(is)];
  if (before === undefined || after === undefined) {
    return ["labels (with secrets)"];
  }
  const names = [...new Set([...before.keys(), ...after.keys()])];
  const lines = names
    .filter((name) => before.get(name) !== after.get(name))
    .map((name) =>
      name === GENERATION_LABEL
        ? "repaired"
        : name === FILES_LABEL
          ? "a mounted file"
          : `label ${name}: ${before.get(name) ?? "none"} → ${after.get(name) ?? "none"}`,
    );
  const hidden = names.filter((name) => before.get(name) === HIDDEN_LABEL && after.get(name) === HIDDEN_LABEL);
  // Where nothing else is different, it is one of those that look the same.
  return lines.length > 0 || hidden.length === 0
    ? lines
    : hidden.every((name) => name === FILES_LABEL)
      ? ["a mounted file"]
      : ["labels (with secrets)"];
}

/** Stands for the value of a label that the engine hides. */
const HIDDEN_LABEL = "a secret";

function labelsIn(list: unknown): ReadonlyMap<string, string> | undefined {
  if (list !== undefined && !Array.isArray(list)) {
    return undefined;
  }
  const labels = (list ?? []) as readonly { readonly label?: unknown; readonly value?: unknown }[];
  return new Map(
    labels.map(({ label, value }) => [
      String(label),
      typeof value === "string" && value !== SECRET ? value : HIDDEN_LABEL,
    ]),
  );
}
