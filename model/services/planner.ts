import { hasHealthcheck } from "./health.js";
import type { ComposeService } from "../compose/service.js";
import type { ServiceModel } from "../types.js";
import type { Path } from "../yaml/source.js";
import { configFile, secretFile } from "./files.js";
import { mountOf } from "./mounts.js";
import { attachmentsOf } from "./networks.js";
import type { Planning } from "./planning.js";
import { listensOf, portsOf, urlOf } from "./ports.js";

/** Turns a service of a Compose file into one of the model, and finds what does not fit together. */
export function planService(
  planning: Planning,
  key: string,
  definition: ComposeService,
  isOn: (key: string) => boolean,
): ServiceModel {
  const at: Path = ["services", key];
  const ports = portsOf(planning, at, definition);
  return {
    key,
    name: definition.container_name ?? key,
    definition,
    networks: attachmentsOf(planning, at, key, definition),
    volumes: definition.volumes.map((volume, i) => mountOf(planning, [...at, "volumes", i], volume)),
    files: [
      ...definition.configs.map((it, i) => configFile(planning, [...at, "configs", i], it)),
      ...definition.secrets.map((it, i) => secretFile(planning, [...at, "secrets", i], it)),
    ],
    ports,
    listens: listensOf(planning, at, definition),
    dependsOn: dependenciesOf(planning, at, definition, isOn),
    urls: ports.flatMap((port) => urlOf(planning, port) ?? []),
  };
}

/** Names of the containers that must run before a service. */
function dependenciesOf(
  planning: Planning,
  at: Path,
  definition: ComposeService,
  isOn: (key: string) => boolean,
): string[] {
  return Object.entries(definition.depends_on).flatMap(([key, { condition, required }]) => {
    const service = planning.file.services[key];
    const place = [...at, "depends_on", key];
    if (service === undefined) {
      planning.unknown(place, "service", key, Object.keys(planning.file.services));
      return [];
    }
    if (!isOn(key)) {
      if (required) {
        planning.complain(
          place,
          "dependency-off",
          `${key} is switched off`,
          { prose: "switch it on under homelab:services" },
          { prose: "write required: false" },
        );
      }
      return [];
    }
    if (condition === "service_healthy" && !hasHealthcheck(service)) {
      planning.complain(place, "dependency-without-healthcheck", `${key} has no healthcheck`, {
        prose: "write condition: service_started",
      });
    }
    return [service.container_name ?? key];
  });
}
