import type { World } from "../audience.js";
import type { Config } from "./settings.js";

/** What audiences refer to, as the owner set it. */
export const worldOf = ({ lan, hosts, audiences, tailnet }: Config): World => ({
  lan: [lan.subnet, ...(lan.subnet6 === undefined ? [] : [lan.subnet6])],
  hosts: Object.entries(hosts).map(([name, { address, role }]) => ({ name, address, role })),
  audiences,
  ...(tailnet !== undefined && { tailnet: tailnet.groups }),
});
