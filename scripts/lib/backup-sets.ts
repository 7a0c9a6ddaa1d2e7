import type { BackupSet } from "../../model/backups/types.js";
import { setId } from "../../model/drift/copies.js";
import type { HomelabModel, HostModel } from "../../model/types.js";
import { remedyText } from "../../model/yaml/remedy.js";
import { suggest } from "../../model/yaml/suggest.js";
import { UserError } from "./command.js";

/** What is copied as one, and the host that does. */
export interface PlacedSet {
  readonly host: HostModel;
  readonly set: BackupSet;
}

/**
 * What is copied of all hosts, in their order.
 *
 * @throws UserError if that is nothing
 */
export function allSets({ hosts }: Pick<HomelabModel, "hosts">): PlacedSet[] {
  const all = hosts.flatMap((host) => (host.backups?.sets ?? []).map((set) => ({ host, set })));
  if (all.length === 0) {
    throw new UserError("Nothing is copied: write homelab:backups: {} into the stack's configuration, then deploy.");
  }
  return all;
}

/** As in pi5/photos, or pi5/share/photos where the host has a service of that name as well. */
export const placeOfSet = ({ host, set }: PlacedSet): string => {
  const namesakes = (host.backups?.sets ?? []).filter(({ name }) => name === set.name);
  return `${host.name}/${namesakes.length > 1 ? setId(set) : set.name}`;
};

/**
 * What the user means.
 *
 * @param written HOST for all that it copies, HOST/NAME, HOST/KIND/NAME, or a NAME that only one host has
 * @throws UserError if that is nothing that is copied, or several things
 */
export function findSets({ hosts }: Pick<HomelabModel, "hosts">, written: string): PlacedSet[] {
  const all = allSets({ hosts });
  const ofHost = all.filter(({ host }) => host.name === written);
  const found = ofHost.length > 0 ? ofHost : all.filter((it) => namesOf(it).includes(written));
  if (found.length === 0) {
    throw new UserError(nothingCopied(hosts, all, written));
  }
  if (ofHost.length === 0 && found.length > 1) {
    throw severalThings(written, found);
  }
  return found;
}

/** The same where it has to be one thing. */
export function findSet(homelab: Pick<HomelabModel, "hosts">, written: string): PlacedSet {
  const found = findSets(homelab, written);
  const [only] = found;
  if (only === undefined || found.length > 1) {
    throw severalThings(written, found);
  }
  return only;
}

const severalThings = (written: string, found: readonly PlacedSet[]): UserError =>
  new UserError(`"${written}" is several things. Write one of: ${found.map(placeOfSet).join(", ")}`);

const namesOf = ({ host, set }: PlacedSet): string[] => [
  set.name,
  `${host.name}/${set.name}`,
  `${host.name}/${setId(set)}`,
];

/** Why something that the user names is not copied. */
function nothingCopied(hosts: readonly HostModel[], all: readonly PlacedSet[], written: string): string {
  const [first = "", second] = written.split("/", 2);
  const host = hosts.find(({ name }) => name === first);
  if (host !== undefined && second === undefined) {
    return `${first} copies nothing: its services keep nothing.`;
  }
  const service = (host === undefined ? hosts : [host])
    .flatMap(({ services }) => services)
    .find(({ name }) => name === (second ?? first));
  if (service === undefined) {
    return `Nothing that is copied is called "${written}": ${remedyText(suggest(written, all.map(placeOfSet)))}`;
  }
  const why = service.definition["x-homelab"]["no-backup"];
  const reason =
    why === undefined ? "it has neither a volume with x-stateful nor a folder of its project to itself" : why;
  const owners = all.filter(({ set }) => set.stop.includes(service.name)).map(placeOfSet);
  const elsewhere = owners.length === 0 ? "" : ` What it shares is copied as ${owners.join(", ")}.`;
  return `Nothing is copied for ${service.name}: ${reason}.${elsewhere}`;
}
