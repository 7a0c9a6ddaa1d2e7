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
  watched: {
    healed: [
      "each rule of UFW and of our chains, policies, jumps and their order, in the kernel",
      "whatever accepts ahead of them",
      "that it is loaded at boot",
    ],
    told: ["tables of nft(8), and rules of iptables-legacy beside the newer ones, that decide on packets as well"],
  },
  input: ({ omv, openings, surroundings }) => ({
    admin: adminAccess(openings, surroundings),
    ...(omv ? omvFirewallOf : firewallOf)(openings, surroundings),
  }),
};
