import { JOIN_KEY, joins } from "../config/tailnet-settings.js";
import { serverOf } from "../tailnet/access.js";
import { tagOf } from "../tailnet/tags.js";
import { secret } from "../text.js";
import type { Setting } from "./setting.js";

/** The host's part in the tailnet: who it is there. The key is needed to join, and never again. */
export const tailnet: Setting = {
  name: "tailnet",
  // A control server that is away keeps no container from its host.
  awaited: false,
  files: [],
  watched: {
    healed: [
      "that tailscaled runs and starts at boot",
      "that the host is logged in at the declared control server, under its name, with its tag",
    ],
  },
  input: ({ name, host, config }) =>
    config.tailnet !== undefined && joins(host, config.tailnet)
      ? { server: serverOf(config.tailnet).login, hostname: name, tag: tagOf(name), key: secret(JOIN_KEY) }
      : undefined,
};
