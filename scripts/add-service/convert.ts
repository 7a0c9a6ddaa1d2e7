import { isAlias, isMap, isNode, LineCounter, parseDocument, visit } from "yaml";
import type { Document, Node, YAMLMap } from "yaml";
import { parseSource, readMode } from "../../model/yaml/source.js";
import { NO_ANSWERS } from "./answers.js";
import type { Answers } from "./answers.js";
import { applyAnswers } from "./apply-answers.js";
import { drop, entry, keyOf, sections } from "./context.js";
import type { Context, Found, Note } from "./context.js";
import { mergeEnvFiles, moveSecrets, moveSecretsOfLabels, nameVariables } from "./environment.js";
import { moveSecretsOfCommands } from "./commands.js";
import { moveOtherSecrets } from "./other-secrets.js";
import { dropPortsOfLan } from "./lan-networks.js";
import { inlineExtends } from "./extends.js";
import { inlineVolumesFrom } from "./volumes-from.js";
import { switchedOn } from "./profiles.js";
import { renameServices } from "./rename.js";
import { rewritePorts } from "./ports.js";
import { rewriteReferences } from "./references.js";
import { rewriteResources } from "./resources.js";
import { rewriteService } from "./keys.js";
import { copyConfigFiles, rewriteVolumes } from "./volumes.js";
import { quoteForOthers } from "../lib/quote-for-others.js";

/** An existing Compose file, and where it comes from. */
export interface ConvertArgs {
  /** Name of the stack, for commands that the owner may run. */
  readonly stack: string;
  readonly text: string;
  /** Its name without the directory, for messages. */
  readonly file: string;
  /** Name of the project if the file does not give one; existing volumes are found by it. */
  readonly name: string;
  /**
   * The name holds against the file's own.
   * @default false
   */
  readonly rename?: boolean;
  /** Who may reach the ports that do not say. */
  readonly audience: readonly string[];
  /** What else the owner has answered, by service and by network; @default nothing */
  readonly answers?: Pick<Answers, "services" | "networks">;
  /** What is at a path relative to the file. */
  readonly look: (path: string) => Found;
  /** What the file's directory is called: `../blog/data` is `./data` in blog; @default not known */
  readonly directory?: string;
}

/** The file in the form that this program reads. */
export interface Converted {
  readonly name: string;
  readonly text: string;
  /** Files to put beside it, by their path from it. */
  readonly files: ReadonlyMap<string, string>;
  /** Values of variables that were in the .env beside the file and are no secrets, by name. */
  readonly values: ReadonlyMap<string, string>;
  /** Directories with data beside the file: for each path from there, what it is on the host. */
  readonly data: ReadonlyMap<string, string>;
  /** Names of containers that the .env beside the file switches on, by a profile. */
  readonly on: readonly string[];
  /** What was changed, by line of the original. */
  readonly changed: readonly Note[];
  /** What the owner has to do, by line of the original. */
  readonly todo: readonly Note[];
  /** What only the owner can say, audiences and tags, by line of the original; the check asks for it too. */
  readonly unstated: readonly Note[];
}

/**
 * Rewrites a Compose file into the form that this program reads, as far as its meaning can be kept; what must be
 * decided by the owner stays as it is. Comments and order stay.
 *
 * @throws HomelabError if it is not YAML
 */
export function convertCompose({
  stack,
  text,
  file,
  name: fallback,
  rename = false,
  audience,
  answers = NO_ANSWERS,
  look,
  directory,
}: ConvertArgs): Converted {
  parseSource(file, text);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true });
  visit(document, {
    Pair: (_, pair) => {
      readMode(pair);
    },
  });
  const given: unknown = document.get("name");
  const name = projectName(typeof given === "string" && !rename ? given : fallback);
  const context: Context = {
    stack,
    document,
    file,
    name,
    audience,
    look,
    directory,
    lineOf: (node) => {
      const start = (node as Partial<Node> | undefined)?.range?.[0];
      return start === undefined ? 0 : lines.linePos(start).line;
    },
    changed: [],
    todo: [],
    unstated: [],
    files: new Map(),
    secrets: new Map(),
    values: new Map(),
    data: new Map(),
    on: [],
  };
  if (isMap(document.contents)) {
    rewrite(context, document.contents, answers);
  }
  return {
    name,
    text: inItsStyle(document, text),
    files: context.files,
    values: context.values,
    data: topmost(context.data),
    on: context.on,
    changed: byLine(context.changed),
    todo: byLine(context.todo),
    unstated: byLine(context.unstated),
  };
}

function rewrite(context: Context, root: YAMLMap, answers: Pick<Answers, "services" | "networks">): void {
  keepHead(context, root);
  drop(context, root, "version", "Compose files have none any more");
  setName(context, root);
  // Mappings under x-… are what services are put together from by anchors.
  const templates = root.items.flatMap((pair) =>
    keyOf(pair).startsWith("x-") && isMap(pair.value) ? [{ key: keyOf(pair), value: pair.value }] : [],
  );
  servicesIn(context).forEach(({ key, value }) => {
    inlineExtends(context, key, value);
  });
  servicesIn(context).forEach(({ key, value }) => {
    inlineVolumesFrom(context, key, value);
  });
  renameServices(
    context,
    [...templates, ...servicesIn(context)].map(({ value }) => value),
  );
  const services = servicesIn(context);
  applyAnswers(context, services, answers);
  context.on.push(...switchedOn(context, services));
  services.forEach(({ key, value }) => {
    mergeEnvFiles(context, key, value);
  });
  templates.forEach(({ value }) => value.delete("env_file")); // each service has its variables now
  services.forEach(({ value }) => {
    dropPortsOfLan(context, value);
  });
  for (const { key, value } of [...templates, ...services]) {
    rewriteService(context, key, value);
    rewritePorts(context, key, value, answers.services[key]?.ports);
    rewriteVolumes(context, key, value);
  }
  for (const { value } of [...templates, ...services]) {
    nameVariables(context, value);
  }
  copyConfigFiles(context);
  rewriteResources(context);
  rewriteReferences(context);
  for (const { key, value } of [...templates, ...services]) {
    moveSecrets(context, key, value);
    moveSecretsOfLabels(context, key, value);
    moveSecretsOfCommands(context, key, value);
  }
  moveOtherSecrets(context);
}

const servicesIn = (context: Context): { readonly key: string; readonly value: YAMLMap }[] =>
  sections(context, "services").flatMap(([key, { value }]) => (isMap(value) ? [{ key, value }] : []));

/** What is said of the file as a whole stays at its head when the first key goes. */
function keepHead({ document }: Context, root: YAMLMap): void {
  const key = root.items[0]?.key;
  const comments = [document.commentBefore, root.commentBefore, isNode(key) ? key.commentBefore : undefined];
  document.commentBefore = comments.filter((it) => typeof it === "string").join("\n\n") || null;
  root.commentBefore = null;
  if (isNode(key)) {
    key.commentBefore = null;
    key.spaceBefore = false;
  }
}

/** The name comes first, below what is said of the file as a whole. */
function setName(context: Context, root: YAMLMap): void {
  const pair = entry(root, "name");
  if (pair !== undefined) {
    if (!isAlias(pair.value)) {
      root.set("name", context.name);
    }
    return;
  }
  root.items.unshift(context.document.createPair("name", context.name));
  context.changed.push({ line: 0, text: `name: ${context.name} added; networks and volumes are named after it` });
}

/** As Compose makes it from the name of a directory. */
export function projectName(text: string): string {
  return (
    text
      .toLowerCase()
      .replace(/[^a-z0-9_-]/g, "")
      .replace(/^[_-]+/, "") || "service"
  );
}

/** Lists stand as in the original: below their key, or further in. */
function inItsStyle(document: Document, original: string): string {
  quoteForOthers(document);
  const indentSeq = !/^( *)[^\s#-][^\n]*:[ ]*\n\1- /m.test(original);
  return document.toString({ lineWidth: 0, indentSeq });
}

/** One that is in another comes with that. */
const topmost = (data: ReadonlyMap<string, string>): Map<string, string> =>
  new Map([...data].filter(([path]) => ![...data.keys()].some((other) => path.startsWith(`${other}/`))));

const byLine = (notes: readonly Note[]): Note[] => [...notes].sort((a, b) => a.line - b.line);
