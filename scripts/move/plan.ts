import { buildHomelab } from "../../model/build.js";
import { isDockerSocket } from "../../model/compose/host-paths.js";
import { readDeclared } from "../../model/services/declared.js";
import type { DeclaredService } from "../../model/services/declared.js";
import { shareIn } from "../../model/share-paths.js";
import type { HomelabModel, HostModel, ReadFile, ServiceModel, VolumeModel } from "../../model/types.js";
import { remedyText } from "../../model/yaml/remedy.js";
import { suggest } from "../../model/yaml/suggest.js";
import { commandLine } from "../../model/command-line.js";
import { UserError } from "../lib/command.js";
import type { StackFile } from "../lib/stack-file.js";

/** A service, the host that it leaves, and the one that it goes to. */
export interface Wish {
  readonly service: string;
  readonly from: string;
  readonly to: string;
}

/** What goes from one host to another: a whole Compose file, since its services belong together. */
export interface Move {
  readonly wish: Wish;
  /** Path of the Compose file. */
  readonly file: string;
  /** The homelab as it is to be. */
  readonly homelab: HomelabModel;
  readonly from: HostModel;
  readonly to: HostModel;
  /** In an order in which each comes after those that it depends on. */
  readonly services: readonly ServiceModel[];
  /** Volumes that are copied, each with an image that mounts it. */
  readonly volumes: readonly { readonly name: string; readonly image: string }[];
  /** What is not copied, and why, a sentence each. */
  readonly left: readonly string[];
}

/**
 * What a move comes to. The line moves in `stackFile`, which is not written; it may have moved already.
 *
 * @param leaveFolders whether folders of the host that the services mount may stay behind
 * @throws UserError if that cannot be moved, HomelabError if the declaration would not be right then
 */
export function planMove(wish: Wish, stack: string, stackFile: StackFile, read: ReadFile, leaveFolders: boolean): Move {
  const file = fileToMove(wish, readDeclared(stack, read).services, stackFile);
  const homelab = buildHomelab(stack, (path) => (path === stackFile.name ? { text: stackFile.text } : read(path)));
  const [from, to] = [wish.from, wish.to].map((name) => homelab.hosts.find((host) => host.name === name));
  if (from === undefined || to === undefined) {
    throw new UserError(`${stackFile.name} has no host "${from === undefined ? wish.from : wish.to}"`);
  }
  const declared = readDeclared(stack, (path) => (path === stackFile.name ? { text: stackFile.text } : read(path)));
  const names = new Set(
    declared.services.filter((it) => it.host === wish.to && it.file === file).map((it) => it.service.name),
  );
  const services = to.services.filter(({ name }) => names.has(name));
  return { wish, file, homelab, from, to, services, ...dataOf(services, to, leaveFolders) };
}

/** Moves the line, and says which. */
function fileToMove({ service, from, to }: Wish, declared: readonly DeclaredService[], stackFile: StackFile): string {
  for (const host of [from, to]) {
    if (!stackFile.hosts.includes(host)) {
      throw new UserError(`There is no host "${host}": ${remedyText(suggest(host, stackFile.hosts))}`);
    }
  }
  if (from === to) {
    throw new UserError(`${service} is to move from ${from} to ${to}, which is the same host`);
  }
  const here = declared.find((it) => it.host === from && it.service.name === service);
  const there = declared.find((it) => it.host === to && it.service.name === service);
  if (here !== undefined && there !== undefined) {
    throw new UserError(`${from} and ${to} both have a service "${service}": only one of them can be meant`);
  }
  const found = here ?? there;
  if (found === undefined) {
    const known = declared.filter(({ host }) => host === from).map((it) => it.service.name);
    throw new UserError(`${from} has no service "${service}": ${remedyText(suggest(service, known))}`);
  }
  if (!stackFile.hasService(found.host, found.file)) {
    throw new UserError(
      `${service} belongs to the role of ${found.host}, whose services are those of ${found.file}. ` +
        `Only what a host lists under services: can move.`,
    );
  }
  if (here !== undefined) {
    stackFile.removeService(from, here.file);
    stackFile.addService(to, here.file);
  }
  return found.file;
}

/** The volumes to copy, and what stays. */
function dataOf(
  services: readonly ServiceModel[],
  host: HostModel,
  leaveFolders: boolean,
): Pick<Move, "volumes" | "left"> {
  const volumes = new Map<string, string>();
  const left: string[] = [];
  for (const { name: service, definition, volumes: mounts } of services) {
    for (const mount of mounts) {
      if (mount.type === "volume" && mount.source !== undefined) {
        const volume = host.volumes.find(({ name }) => name === mount.source);
        const reason = volume === undefined ? "is external: this program did not make it" : elsewhere(volume);
        if (reason === undefined) {
          volumes.set(mount.source, definition.image);
        } else {
          left.push(`volume ${mount.source} ${reason}`);
        }
      } else if (mount.type === "bind" && !mount.readOnly && !isShared(mount.source)) {
        left.push(`${mount.source} is a folder of the host, which ${service} mounts`);
      }
    }
  }
  if (left.length > 0 && !leaveFolders) {
    throw new UserError(
      `Not everything can be copied:\n${left.map((it) => `  ${it}`).join("\n")}\n` +
        `Copy that yourself, then move the service with --leave-folders.`,
    );
  }
  return { volumes: [...volumes].map(([name, image]) => ({ name, image })), left: [...new Set(left)] };
}

/** Where the data of a volume are, if they are not Docker's own to keep. */
const elsewhere = ({ driver, driver_opts }: VolumeModel): string | undefined =>
  (driver ?? "local") === "local" && Object.keys(driver_opts ?? {}).length === 0
    ? undefined
    : "has its data where its driver says";

/** Is it on every host that declares it? */
const isShared = (path: string): boolean => shareIn(path) !== undefined || isDockerSocket(path);

/** The command that does the same once more, or with other options. */
export const moveCommand = ({ service, from, to }: Wish, stack: string, ...options: readonly string[]): string =>
  commandLine("move", stack, service, from, to, ...options);
