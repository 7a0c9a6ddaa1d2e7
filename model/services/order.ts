import type { Problem } from "../yaml/problem.js";
import type { ServiceModel } from "../types.js";
import type { Source } from "../yaml/source.js";

/**
 * The services, each after those that it depends on; otherwise in the order of the file. A cycle is a problem that
 * names every service in it.
 */
export function inDependencyOrder(
  services: readonly ServiceModel[],
  source: Source,
  problems: Problem[],
): readonly ServiceModel[] {
  const byName = new Map(services.map((service) => [service.name, service]));
  if (byName.size < services.length) {
    return services; // two have one name, which is a mistake of its own: who waits for whom is not known
  }
  const ordered = new Set<ServiceModel>();

  const visit = (service: ServiceModel, chain: readonly string[]): void => {
    if (ordered.has(service)) {
      return;
    }
    const start = chain.indexOf(service.name);
    if (start >= 0) {
      const cycle = [...chain.slice(start), service.name].join(" -> ");
      problems.push(
        source.problem(
          ["services", service.key, "depends_on"],
          "dependency-cycle",
          `services depend on each other: ${cycle}`,
          { prose: "remove one depends_on" },
        ),
      );
      ordered.add(service);
      return;
    }
    for (const name of service.dependsOn) {
      const dependency = byName.get(name);
      if (dependency !== undefined) {
        visit(dependency, [...chain, service.name]);
      }
    }
    ordered.add(service);
  };
  services.forEach((service) => {
    visit(service, []);
  });
  return [...ordered];
}
