import { isDeepStrictEqual } from "node:util";
import type { NetworkModel, ServiceModel } from "../types.js";
import type { Project } from "./project.js";

/**
 * The Compose files of a host, in which a service that several of them declare in the same words runs once, as part of
 * the first: the file of each role has what every host needs, such as Watchtower, and one host may have several roles'
 * files. What differs in anything is another service, and then has to have a name of its own.
 */
export function onceEach(projects: readonly Project[]): Project[] {
  return projects.map((project, i) => {
    const before = projects.slice(0, i);
    const isTwin = (service: ServiceModel): boolean =>
      isAlone(service, project) &&
      before.some((other) => other.services.some((it) => isSame([service, project], [it, other])));
    const twins = project.services.filter(isTwin);
    const services = project.services.filter((service) => !twins.includes(service));
    const used = new Set(services.flatMap(({ networks }) => networks.map(({ name }) => name)));
    const networks = project.networks.filter(({ name }) => used.has(name));
    return twins.length === 0 ? project : { ...project, services, networks, twins };
  });
}

/** Does it share nothing with the rest of its file? Only then the rest does not miss it. */
function isAlone({ name, dependsOn, networks }: ServiceModel, { services }: Project): boolean {
  const own = networks.map((it) => it.name);
  return (
    dependsOn.length === 0 &&
    services.every(
      (it) =>
        it.name === name ||
        (!it.dependsOn.includes(name) && !it.networks.some((network) => own.includes(network.name))),
    )
  );
}

type Placed = readonly [ServiceModel, Project];

/** Are they the same but for Docker's names of networks, which begin with their project's? */
const isSame = (one: Placed, other: Placed): boolean => isDeepStrictEqual(essence(one), essence(other));

function essence([service, project]: Placed): unknown {
  const { networks, ...rest } = service;
  const unnamed = (its: NetworkModel | undefined): unknown => ({ ...its, name: "" });
  return [
    rest,
    networks.map((it) => [{ ...it, name: "" }, unnamed(project.networks.find(({ name }) => name === it.name))]),
  ];
}
