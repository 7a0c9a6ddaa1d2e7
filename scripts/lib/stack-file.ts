import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { Document, YAMLMap } from "yaml";
import { parseConfig } from "../../model/config/config.js";
import { sshPort } from "../../model/config/settings.js";
import { secretId } from "../../model/compose/names.js";
import { isRole, ROLES } from "../../model/roles.js";
import type { Role } from "../../model/roles.js";
import { HomelabError } from "../../model/yaml/problem.js";
import type { Problem } from "../../model/yaml/problem.js";
import { remedyText } from "../../model/yaml/remedy.js";
import { parseSource } from "../../model/yaml/source.js";
import { suggest } from "../../model/yaml/suggest.js";
import { UserError } from "./command.js";
import { keepLayout } from "./keep-layout.js";
import { lackError, LACKS } from "./lacks.js";
import { quoteForOthers } from "./quote-for-others.js";

/** A host as the stack's file has it. */
export interface StackHost {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly role?: Role;
  /** The Ed25519 key that is pinned, `ssh-ed25519 AAAA…`. */
  readonly hostKey?: string;
}

const HOSTS = ["config", "homelab:hosts"];
const SERVICES = ["config", "homelab:services"];
const SECRETS = ["config", "homelab:secrets"];
const PROJECTS = ["config", "homelab:projects"];

/** Pulumi.<stack>.yaml, for commands that look something up in it or change it. What they do not change stays as it is. */
export class StackFile {
  private readonly document: Document;
  private readonly lines = new LineCounter();

  /**
   * @param name of the file, for messages
   * @param original what it holds
   * @throws HomelabError if that is not YAML
   */
  constructor(
    readonly name: string,
    private readonly original: string,
    private readonly path: string = name,
  ) {
    parseSource(name, original);
    this.document = parseDocument(original, { lineCounter: this.lines });
  }

  /** The file of a stack; undefined if there is none. */
  static find(directory: string, stack: string): StackFile | undefined {
    const name = `Pulumi.${stack}.yaml`;
    const path = join(directory, name);
    return existsSync(path) ? new StackFile(name, readFileSync(path, "utf8"), path) : undefined;
  }

  /** @throws UserError if there is none */
  static read(directory: string, stack: string): StackFile {
    const file = StackFile.find(directory, stack);
    if (file === undefined) {
      throw lackError(LACKS.noStackFile(stack));
    }
    return file;
  }

  /** Names of all hosts. */
  get hosts(): readonly string[] {
    const hosts: unknown = this.document.getIn(HOSTS);
    return isMap(hosts) ? hosts.items.map(({ key }) => String(key)) : [];
  }

  /** Names of the secrets that are set. */
  get secrets(): string[] {
    const projects = this.keysAt(PROJECTS).map((it) => ({ it, path: [...PROJECTS, it, "secrets"] }));
    return [
      ...this.keysAt(SECRETS),
      ...projects.flatMap(({ it, path }) => this.keysAt(path).map((name) => secretId(it, name))),
    ];
  }

  private keysAt(path: readonly string[]): string[] {
    const map: unknown = this.document.getIn(path);
    return isMap(map) ? map.items.map(({ key }) => String(key)) : [];
  }

  /** @throws UserError if there is no such host, or what is said of it cannot be used */
  host(name: string): StackHost {
    const definition = this.definitionOf(name);
    const [address, role, hostKey] = ["address", "role", "hostKey"].map((key): unknown => definition.get(key));
    const port = sshPort.safeParse(definition.get("port"));
    if (typeof address !== "string") {
      throw new UserError(`${this.name}: the host "${name}" has no address`);
    }
    if (role !== undefined && !isRole(role)) {
      throw new UserError(`${this.name}: the role of ${name} must be one of ${ROLES.join(", ")}`);
    }
    if (!port.success) {
      throw new UserError(`${this.name}: the port of ${name} must be a number from 1 to 65535`);
    }
    return {
      name,
      address,
      port: port.data,
      ...(role === undefined ? {} : { role }),
      ...(typeof hostKey === "string" ? { hostKey } : {}),
    };
  }

  /**
   * What it takes to log in to a host.
   *
   * @throws UserError if there is no such host, or it is not prepared yet
   */
  reachable(name: string): Required<Pick<StackHost, "name" | "address" | "port" | "hostKey">> & { user: string } {
    const { address, port, hostKey } = this.host(name);
    const user: unknown = this.definitionOf(name).get("user");
    if (hostKey === undefined) {
      throw new UserError(`${this.name}: the host "${name}" is not prepared yet: npm run bootstrap -- ${name}`);
    }
    return { name, address, port, hostKey, user: typeof user === "string" ? user : "deploy" };
  }

  /** Line of a host, from 1; undefined if it is not there. */
  lineOf(name: string): number | undefined {
    const hosts: unknown = this.document.getIn(HOSTS);
    const pair = isMap(hosts) ? hosts.items.find(({ key }) => isScalar(key) && key.value === name) : undefined;
    const range = isScalar(pair?.key) ? pair.key.range : undefined;
    return range ? this.lines.linePos(range[0]).line : undefined;
  }

  /**
   * Adds a line for a host, unless the very same host is there.
   *
   * @throws UserError if another host has this name, HomelabError if the configuration would not be right
   */
  addHost(name: string, { address, role }: { readonly address: string; readonly role: string }): void {
    const there: unknown = this.document.getIn([...HOSTS, name]);
    if (isMap(there)) {
      if (there.get("address") !== address || there.get("role") !== role) {
        throw new UserError(`${this.name} has a host "${name}" already, with another address or role: change it there`);
      }
      return;
    }
    const line = this.document.createNode({ address, role });
    line.flow = true;
    this.document.setIn([...HOSTS, name], line);
    const problems: Problem[] = [];
    parseConfig(parseSource(this.name, this.text), problems);
    if (problems.length > 0) {
      throw new HomelabError(problems);
    }
  }

  /**
   * Adds a Compose file to the services of a host, unless it is there.
   *
   * @throws UserError if there is no such host
   */
  addService(host: string, composeFile: string): void {
    const definition = this.definitionOf(host);
    const services: unknown = definition.get("services", true);
    if (!isSeq(services)) {
      definition.set("services", this.document.createNode([composeFile], { flow: definition.flow ?? false }));
    } else if (!services.toJSON().includes(composeFile)) {
      services.add(this.document.createNode(composeFile));
    }
  }

  /** Does a host list a Compose file among its services? */
  hasService(host: string, composeFile: string): boolean {
    const services: unknown = this.definitionOf(host).get("services", true);
    return isSeq(services) && services.toJSON().includes(composeFile);
  }

  /**
   * Takes a Compose file out of the services of a host.
   *
   * @returns the line that it was on, from 1; undefined if it is not there
   * @throws UserError if there is no such host
   */
  removeService(host: string, composeFile: string): number | undefined {
    const definition = this.definitionOf(host);
    const services: unknown = definition.get("services", true);
    const items: readonly unknown[] = isSeq(services) ? services.items : [];
    const at = items.findIndex((item) => isScalar(item) && item.value === composeFile);
    const item = items[at];
    if (!isSeq(services) || !isScalar(item)) {
      return undefined;
    }
    if (services.items.length === 1) {
      definition.delete("services");
    } else {
      services.delete(at);
    }
    return item.range ? this.lines.linePos(item.range[0]).line : undefined;
  }

  /** Takes back that a service is on or off: what its Compose file says holds. */
  removeSwitch(service: string): void {
    const switches: unknown = this.document.getIn(SERVICES);
    if (isMap(switches) && switches.has(service)) {
      const path = switches.items.length === 1 ? SERVICES : [...SERVICES, service];
      this.document.deleteIn(path);
    }
  }

  /** Switches a service of one host on, as HOST/NAME, unless the file says whether it is on. */
  switchOn(place: string): void {
    if (!this.document.hasIn([...SERVICES, place])) {
      this.document.setIn([...SERVICES, place], true);
    }
  }

  /** Switches a service off: on every host whose role has it, or as HOST/NAME on one. */
  switchOff(service: string): void {
    this.document.setIn([...SERVICES, service], false);
  }

  /**
   * Gives a project a value.
   *
   * @param over whether it may take the place of another; @default false
   * @returns whether the project has it now
   */
  setValue(project: string, name: string, value: string, over = false): boolean {
    const path = [...PROJECTS, project, "values", name];
    const there: unknown = this.document.getIn(path);
    const same = (typeof there === "number" || typeof there === "boolean" ? String(there) : there) === value;
    if (!same && (there === undefined || over)) {
      const node = this.document.createNode(value);
      quoteForOthers(node);
      this.document.setIn(path, node);
      return true;
    }
    return same;
  }

  /** Writes the Ed25519 key of a host, `ssh-ed25519 AAAA…`. */
  pin(host: string, key: string): void {
    this.definitionOf(host).set("hostKey", key);
  }

  /** What the file is to hold; what it holds, if nothing was changed. */
  get text(): string {
    return this.changed ? keepLayout(this.original, this.document) : this.original;
  }

  get changed(): boolean {
    return this.document.toString() !== parseDocument(this.original).toString();
  }

  /** Writes what was changed. @param style gives the text of the file at that path the layout that it is to have */
  async save(style: (path: string, text: string) => string | Promise<string> = (_, text) => text): Promise<void> {
    if (this.changed) {
      await writeFile(this.path, await style(this.path, this.text));
    }
  }

  private definitionOf(name: string): YAMLMap {
    const definition: unknown = this.document.getIn([...HOSTS, name], true);
    if (!isMap(definition)) {
      const instead = remedyText(suggest(name, this.hosts));
      throw new UserError(`${this.name} has no host "${name}" under homelab:hosts: ${instead}`);
    }
    return definition;
  }
}
