import { CHAIN_FILES } from "../firewall/chains.js";
import { omvFirewallOf } from "../firewall/omv.js";
import { adminAccess } from "../firewall/opening.js";
import { firewallOf } from "../firewall/ufw.js";
import type { Setting } from "./setting.js";

/** What has no opening is shut. */
export const firewall: Setting = {
  name: "firewall",
  guarded: true,
  files: Object.values(CHAIN_FILES),
  input: ({ omv, openings, surroundings }) => ({
    admin: adminAccess(openings, surroundings),
    ...(omv ? omvFirewallOf : firewallOf)(openings, surroundings),
  }),
};
