import { hasHealthcheck } from "./health.js";
import type { ComposeService } from "../compose/service.js";
import type { ServiceModel } from "../types.js";
import type { Path } from "../yaml/source.js";
import { checkGpus } from "./gpus.js";
import { configFile, secretFile } from "./files.js";
import { hasOwnData, mountOf } from "./mounts.js";
import { attachmentsOf } from "./networks.js";
import { networkSharedBy } from "./passengers.js";
import type { Planning } from "./planning.js";
import { checkLimits } from "./limit-rules.js";
import { listensOf, portsOf, urlOf } from "./ports.js";

/** Turns a service of a Compose file into one of the model, and finds what does not fit together. */
export function planService(
  planning: Planning,
  key: string,
  definition: ComposeService,
  isOn: (key: string) => boolean,
): ServiceModel {
  const at: Path = ["services", key];
  checkLimits(planning, at, definition);
  checkGpus(planning, at, definition);
  const carrier = networkSharedBy(planning, at, definition);
  const ports = carrier === undefined ? portsOf(planning, at, definition) : [];
  return {
    key,
    name: definition.container_name ?? key,
    definition,
    networks: attachmentsOf(planning, at, key, definition),
    ...(carrier !== undefined && { networkOf: nameOf(planning, carrier) }),
    oneShot: definition["x-homelab"]["one-shot"] || isAwaited(planning, key, isOn),
    rollsBack: definition["x-homelab"].rollback ?? !definition.volumes.some((it) => hasOwnData(planning, it)),
    volumes: definition.volumes.map((volume, i) => mountOf(planning, [...at, "volumes", i], volume)),
    files: [
      ...definition.configs.map((it, i) => configFile(planning, [...at, "configs", i], it)),
      ...definition.secrets.map((it, i) => secretFile(planning, [...at, "secrets", i], it)),
    ],
    ports,
    listens: listensOf(planning, at, definition),
    dependsOn: dependenciesOf(planning, at, withCarrier(definition, carrier), isOn),
    urls: ports.flatMap((port) => urlOf(planning, port) ?? []),
    routes: [],
  };
}

const nameOf = ({ file }: Planning, key: string): string => file.services[key]?.container_name ?? key;

/** A service needs the one whose network it has. */
const withCarrier = (definition: ComposeService, carrier: string | undefined): ComposeService =>
  carrier === undefined || Object.hasOwn(definition.depends_on, carrier)
    ? definition
    : {
        ...definition,
        depends_on: { ...definition.depends_on, [carrier]: { condition: "service_started", required: true } },
      };

/** Does a service that is on wait until this one has ended? */
const isAwaited = ({ file }: Planning, key: string, isOn: (key: string) => boolean): boolean =>
  Object.entries(file.services).some(
    ([other, { depends_on: on }]) =>
      isOn(other) && Object.hasOwn(on, key) && on[key]?.condition === "service_completed_successfully",
  );

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
          { prose: `write ${key}: {condition: service_started, required: false} in depends_on` },
        );
      }
      return [];
    }
    if (condition === "service_healthy" && !hasHealthcheck(service)) {
      planning.complain(
        place,
        "dependency-without-healthcheck",
        `${key} has no healthcheck`,
        { prose: "write condition: service_started" },
        { prose: `repeat the check that its image has, if any, under healthcheck: of ${key}` },
      );
    }
    if (condition === "service_completed_successfully" && !/^(no|on-failure)/.test(service.restart)) {
      planning.complain(place, "dependency-never-ends", `${key} is restarted whenever it ends`, {
        prose: `write restart: "no" in ${key}`,
      });
    }
    return [service.container_name ?? key];
  });
}
