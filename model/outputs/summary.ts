import type { HostModel } from "../types.js";

/** One line of "what runs where". */
interface ServiceSummary {
  image: string;
  /** Where a browser finds it; empty for a service without a page. */
  urls: string[];
  /** Published ports and who may reach each, as in "9443/tcp: lan, tailnet". */
  ports: string[];
}

/** What runs on a host, for the stack's outputs. */
export interface HostSummary {
  role: string | null;
  address: string;
  services: Record<string, ServiceSummary>;
}

/** What runs on a host, in the words of the stack's outputs. */
export function summarize({ role, address, services }: HostModel): HostSummary {
  return {
    role: role ?? null,
    address,
    services: Object.fromEntries(
      services.map(({ name, definition, urls, ports }) => [
        name,
        {
          image: definition.image,
          urls: [...urls],
          ports: ports.map((port) => `${port.published ?? "?"}/${port.protocol}: ${port.audience.join(", ")}`),
        },
      ]),
    ),
  };
}
