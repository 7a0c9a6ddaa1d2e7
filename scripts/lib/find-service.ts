import { declaredHomelab } from "./declaration.js";
import type { HomelabModel, HostModel, ServiceModel } from "../../model/types.js";
import { remedyText } from "../../model/yaml/remedy.js";
import { suggest } from "../../model/yaml/suggest.js";
import { UserError } from "./command.js";

/** A service, and the host that it runs on. */
export interface PlacedService {
  readonly host: HostModel;
  readonly service: ServiceModel;
}

/**
 * The service that the user means, on whichever host it is.
 *
 * @param written its name, or HOST/SERVICE where several hosts have one of that name
 * @throws UserError if there is no such service, or more than one
 */
export function findService({ hosts }: Pick<HomelabModel, "hosts">, written: string): PlacedService {
  const [first = "", second] = written.split("/", 2);
  if (second !== undefined) {
    return serviceOn(hosts, first, second);
  }
  const found = placed(hosts).filter(({ service }) => service.name === written);
  const [only, ...others] = found;
  if (only === undefined) {
    const names = new Set(placed(hosts).map(({ service }) => service.name));
    throw new UserError(`There is no service "${written}": ${remedyText(suggest(written, names))}`);
  }
  if (others.length > 0) {
    throw new UserError(`Several hosts have a service "${written}". Write one of: ${found.map(placeOf).join(", ")}`);
  }
  return only;
}

/** The same in the declaration of a stack. @throws also HomelabError if something in that is wrong */
export const declaredService = (stack: string, written: string): PlacedService =>
  findService(declaredHomelab(stack), written);

/**
 * A service of a host.
 *
 * @throws UserError if there is no such host, or it has no such service
 */
export function serviceOn(hosts: readonly HostModel[], hostName: string, serviceName: string): PlacedService {
  const host = hosts.find(({ name }) => name === hostName);
  if (host === undefined) {
    throw new UserError(`There is no host "${hostName}": ${instead(hostName, hosts)}`);
  }
  const service = host.services.find(({ name }) => name === serviceName);
  if (service === undefined) {
    throw new UserError(`${hostName} has no service "${serviceName}": ${instead(serviceName, host.services)}`);
  }
  return { host, service };
}

/** As in pi5/homepage. */
export const placeOf = ({ host, service }: PlacedService): string => `${host.name}/${service.name}`;

const placed = (hosts: readonly HostModel[]): PlacedService[] =>
  hosts.flatMap((host) => host.services.map((service) => ({ host, service })));

function instead(written: string, known: readonly { readonly name: string }[]): string {
  const names = known.map(({ name }) => name);
  return remedyText(suggest(written, names));
}
