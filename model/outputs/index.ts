import type { HomelabModel } from "../types.js";
import { dns } from "./dns.js";
import { memory } from "./memory.js";
import type { Output, Section } from "./output.js";
import { summary } from "./summary.js";
import { tailnet } from "./tailnet.js";

/** Everything that is derived across the hosts, in the order in which it is shown. */
const OUTPUTS: readonly Output<unknown>[] = [summary, tailnet, memory, dns];

/** What the homelab comes to, by the names of the outputs. */
export const outputsOf = (homelab: HomelabModel): Record<string, unknown> =>
  Object.fromEntries(
    OUTPUTS.flatMap((output) => {
      const value = output.derive(homelab);
      return value === undefined ? [] : [[output.name, value]];
    }),
  );

/** The same for the terminal; an output that is not there, as before the first deployment, is left out. */
export const sectionsOf = (values: Readonly<Record<string, unknown>>): Section[] =>
  OUTPUTS.flatMap((output) => (Object.hasOwn(values, output.name) ? output.show(values[output.name]) : []));
