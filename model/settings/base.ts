import type { Setting } from "./setting.js";

/** What everything else is built on, as bootstrap made it: accounts, keys, sudo, the helper's units, the host's name. */
export const base: Setting = {
  name: "base",
  files: [],
  watched: {
    healed: [
      "groups, shell, password and user id of the accounts `deploy` and `probe`; which keys let them in, with what options",
      "the file of sudoers, and what sudo lets both do after all files",
      "that the administrator is in `homelab-ssh`",
      "the host's name, now and at boot",
      "the helper's units: text, drop-ins, enablement",
    ],
    told: [
      "others in `homelab-ssh` or `docker`",
      "further accounts with the user id 0",
      "the helper itself, which `npm run bootstrap` repairs",
      "a disk that is full or has no inodes left",
    ],
  },
  // OpenMediaVault has its own page for the name.
  input: ({ name, omv }) => (omv ? {} : { hostname: name }),
};
