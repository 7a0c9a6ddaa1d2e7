import { memoryLimit } from "../services/limits.js";
import type { Output } from "./output.js";

/** Memory of a host and what its services may take of it, in bytes. */
interface HostMemory {
  /** null where the configuration does not say. */
  has: number | null;
  /** By service; null for one without a limit. */
  limits: Record<string, number | null>;
}

const MIB = 2 ** 20;
const inMib = (bytes: number): string => `${Math.round(bytes / MIB)} MiB`;

export const memory: Output<Readonly<Record<string, HostMemory>>> = {
  name: "memory",
  derive: ({ hosts }) =>
    Object.fromEntries(
      hosts.map(({ name, memory: has = null, services }) => [
        name,
        {
          has,
          limits: Object.fromEntries(
            services.map((service) => [service.name, memoryLimit(service.definition) ?? null]),
          ),
        },
      ]),
    ),
  show: (hosts) => [
    {
      title: "Memory",
      head: ["host", "has", "limits add up to", "services without a limit"],
      rows: Object.entries(hosts).map(([name, { has, limits }]) => [
        name,
        has === null ? "not said" : inMib(has),
        inMib(Object.values(limits).reduce<number>((sum, limit) => sum + (limit ?? 0), 0)),
        Object.keys(limits)
          .filter((service) => limits[service] === null)
          .join(", "),
      ]),
    },
  ],
};
