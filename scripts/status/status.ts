import { explain, remedy } from "../../hosts/trouble.js";
import type { Observation } from "../../model/drift/observation.js";
import { isWell, serviceStatus, UNKNOWN } from "../../model/drift/service-state.js";
import type { ServiceStatus } from "../../model/drift/service-state.js";
import type { Audience } from "../../model/audience.js";
import { audienceOf, pagesOf, whereOf } from "../../model/outputs/pages.js";
import type { HostModel } from "../../model/types.js";
import { remedyText } from "../../model/yaml/remedy.js";
import type { Remedy } from "../../model/yaml/remedy.js";
import { columnsOf } from "../lib/columns.js";
import { commandLine } from "../../model/command-line.js";
import { counted, duration } from "../lib/quantity.js";

/** How a host and its services are. */
export interface HostStatus {
  readonly host: string;
  readonly address: string;
  readonly role: string | null;
  readonly status: Observation["status"];
  /** Why it could not be read. */
  readonly reason?: string;
  readonly remedy?: Remedy;
  readonly services: readonly (ServiceStatus & {
    readonly service: string;
    readonly image: string;
    /** Where it is found, by a URL or by address and port; empty if nothing reaches it from outside. */
    readonly where: string;
    /** All its URLs. */
    readonly urls: readonly string[];
    /** Who may reach it. */
    readonly audience: readonly Audience[];
  })[];
}

/** How a host is, by what was seen of it. */
export function statusOf(host: HostModel, observation: Observation, stack: string): HostStatus {
  const report = observation.status === "ok" ? observation.report : undefined;
  const trouble = observation.status === "ok" ? undefined : observation;
  return {
    host: host.name,
    address: host.address,
    role: host.role ?? null,
    status: observation.status,
    ...(trouble !== undefined && {
      reason: explain(host, trouble.status, trouble.reason),
      remedy: remedy(host, trouble.status, stack),
    }),
    services: host.services.map((service) => ({
      service: service.name,
      ...(report === undefined ? UNKNOWN : serviceStatus(service, report)),
      image: service.definition.image,
      where: whereOf(host, service),
      urls: pagesOf(host, service),
      audience: audienceOf(host, service),
    })),
  };
}

/** A service of a host does not do what it should. */
const NOT_WELL = 2;
/** Of a host nobody knows. */
const UNREAD = 3;

/** What a program is told. */
export function exitCodeOf(hosts: readonly HostStatus[]): number {
  if (hosts.some(({ status }) => status !== "ok")) {
    return UNREAD;
  }
  return hosts.every(({ services }) => services.every(isWell)) ? 0 : NOT_WELL;
}

/** A line for each service, and what to do about what is not well. */
export function describeStatus(hosts: readonly HostStatus[], stack: string): string {
  const table = columnsOf(["HOST", "SERVICE", "STATE", "WHERE", "WHO MAY REACH IT"], hosts.flatMap(rowsOf));
  const advice = hosts.flatMap((host) => adviceOn(host, stack));
  return [table, ...(advice.length === 0 ? [] : ["", ...advice])].join("\n");
}

function rowsOf({ host, status, services }: HostStatus): string[][] {
  if (status !== "ok") {
    return [[host, counted(services.length, "service"), status, "", ""]];
  }
  if (services.length === 0) {
    return [[host, "no service", "answers", "", ""]];
  }
  return services.map((it, i) => [i === 0 ? host : "", it.service, stateText(it), it.where, it.audience.join(", ")]);
}

/** How a service is, and for how long, as in "healthy 3 h". */
export function stateText({ state, upSeconds, exitCode }: ServiceStatus): string {
  const since = upSeconds === null ? "" : ` ${duration(upSeconds)}`;
  return exitCode === null ? `${state}${since}` : `${state} (exit ${exitCode})`;
}

function adviceOn({ host, reason, remedy: what, services }: HostStatus, stack: string): string[] {
  if (reason !== undefined) {
    return [`${reason}${what === undefined ? "" : `\n-> ${remedyText(what)}`}`];
  }
  return services
    .filter((it) => !isWell(it) && it.state !== "unknown")
    .map(({ service, state }) =>
      state === "absent"
        ? `${service} on ${host} is not deployed -> ${commandLine("deploy", stack)}`
        : `${service} on ${host} is ${state} -> ${commandLine("logs", stack, `${host}/${service}`)}`,
    );
}
