import { composeFileOf, ROLES } from "../../model/roles.js";
import { readDeclared } from "../../model/services/declared.js";
import type { Declared, DeclaredService } from "../../model/services/declared.js";
import { placeOf as switchName } from "../../model/services/switches.js";
import type { ReadFile } from "../../model/types.js";
import { remedyText } from "../../model/yaml/remedy.js";
import { suggest } from "../../model/yaml/suggest.js";
import { UserError } from "../lib/command.js";
import type { StackFile } from "../lib/stack-file.js";

/** What a service is taken out of. */
export interface Declaration {
  readonly stack: string;
  readonly file: StackFile;
  /** Reads the declaration as it is. */
  readonly read: ReadFile;
}

/** What was taken out of the file, and what that means. */
export interface Removal {
  /** What was changed in the file. */
  readonly change: string;
  readonly before: Declared;
  readonly after: Declared;
}

/**
 * Takes a service out of a stack's file, which is not saved: the line of its Compose file, or where it belongs to a role,
 * by switching it off.
 *
 * @param name as the user wrote it, also as HOST/SERVICE
 * @param host on which it is; @default the only one that has it
 * @throws UserError if that is not clear, or another service needs it
 */
export function removeService(declaration: Declaration, name: string, host?: string): Removal {
  const { stack, file, read } = declaration;
  const before = readDeclared(stack, read);
  const found = find(before, name, host);
  assertNobodyNeeds(found, before);
  const [placed] = found;
  const change = placed !== undefined && isOwn(placed) ? takeOut(file, placed) : switchOff(file, found, before);
  const changed: ReadFile = (path) => (path === file.name ? { text: file.text } : read(path));
  const known = readDeclared(stack, changed).projects.flatMap(({ project }) => project.known);
  Object.keys(before.config.services)
    .filter((it) => !known.some((one) => one.key === it || switchName(one) === it))
    .forEach((it) => {
      file.removeSwitch(it);
    });
  const after = readDeclared(stack, changed);
  assertNothingShared(before, after);
  return { change, before, after };
}

/** As in pi5/homepage. */
export const placeOf = ({ host, service }: DeclaredService): string => `${host}/${service.name}`;

/** Is it of a Compose file of the owner's, which is there for it? The services of a role's file are switched one by one. */
const isOwn = ({ file }: DeclaredService): boolean => !ROLES.some((role) => file === composeFileOf(role));

/** @throws UserError if there is no such service, or several of which one has to be named */
function find({ services, config }: Declared, written: string, on?: string): readonly DeclaredService[] {
  const [first = "", second] = written.split("/", 2);
  const [host, name] = second === undefined ? [on, written] : [first, second];
  if (host !== undefined && config.hosts[host] === undefined) {
    throw new UserError(`There is no host "${host}": ${remedyText(suggest(host, Object.keys(config.hosts)))}`);
  }
  const there = services.filter((it) => host === undefined || it.host === host);
  const found = there.filter(({ service }) => service.name === name);
  if (found.length === 0) {
    const names = [...new Set(there.map(({ service }) => service.name))];
    const whose = host === undefined ? "There is" : `${host} has`;
    throw new UserError(`${whose} no service "${name}": ${remedyText(suggest(name, names))}`);
  }
  if (found.length > 1 && found.some(isOwn)) {
    throw new UserError(`Several hosts have a service "${name}". Write one of: ${found.map(placeOf).join(", ")}`);
  }
  return found;
}

/** Only where the file itself stays: with it goes everything that it declares. */
function assertNobodyNeeds(found: readonly DeclaredService[], { services }: Declared): void {
  const needing = found
    .filter((it) => !isOwn(it))
    .flatMap(({ host, file, service }) =>
      services.filter(
        (it) =>
          it.host === host && it.file === file && it.service.definition.depends_on[service.key]?.required === true,
      ),
    );
  if (needing.length > 0) {
    const names = [...new Set(needing.map(({ service }) => service.name))].join(", ");
    throw new UserError(`${names} cannot run without ${found[0]?.service.name ?? "it"}: remove that first.`);
  }
}

function takeOut(file: StackFile, { host, file: composeFile }: DeclaredService): string {
  const line = file.removeService(host, composeFile);
  return `${file.name}:${line ?? 0}  ${composeFile} is out of the services of ${host}`;
}

/** The services of a role have no line of their own, only a switch: for every host that has the role, or for one. */
function switchOff(file: StackFile, found: readonly DeclaredService[], { projects }: Declared): string {
  const key = found[0]?.service.key ?? "";
  const places = found.map(placeOf);
  const same = projects.flatMap(({ project }) => project.known).filter((it) => it.key === key);
  const everywhere = same.every((it) => places.includes(switchName(it)));
  const names = everywhere ? [key] : places;
  places.forEach((place) => {
    file.removeSwitch(place);
  });
  if (everywhere && found.every(({ service }) => service.definition.profiles.length > 0)) {
    file.removeSwitch(key);
  } else {
    names.forEach((name) => {
      file.switchOff(name);
    });
  }
  return `${file.name}  ${names.join(", ")} is off under homelab:services`;
}

/** A network or volume that another Compose file of the same host uses goes with the file that makes it. */
function assertNothingShared(before: Declared, after: Declared): void {
  const made = (declared: Declared): string[] =>
    declared.projects.flatMap(({ host, project }) =>
      [...project.networks, ...project.volumes].map(({ name }) => `${host}/${name}`),
    );
  const left = made(after);
  const gone = new Set(made(before).filter((it) => !left.includes(it)));
  for (const { host, file, service } of after.services) {
    const used = [
      ...service.networks.map(({ name }) => name),
      ...service.volumes.flatMap((it) => (it.type === "volume" ? [it.source ?? ""] : [])),
    ];
    const missing = used.find((name) => gone.has(`${host}/${name}`));
    if (missing !== undefined) {
      throw new UserError(`${host}/${service.name} uses ${missing}, which would go: change ${file} first.`);
    }
  }
}
