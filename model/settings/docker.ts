import { traitsOf } from "../roles.js";
import type { Role } from "../roles.js";
import type { Setting } from "./setting.js";

export const LOG_DRIVER = "json-file";

/** What Docker does with the logs of a container that says nothing else; it fills these in where one says only a part. */
export const logDefaults = (role: Role | undefined): Readonly<Record<string, string>> =>
  traitsOf(role).small ? { "max-size": "5m", "max-file": "2" } : { "max-size": "10m", "max-file": "3" };

/** Logs that do not fill the card, and containers that outlive a restart of the engine. */
export const docker: Setting = {
  name: "docker",
  files: [],
  watched: {
    healed: [
      "our keys of `daemon.json`, and that the engine runs with them",
      "that Docker and containerd run, and Docker starts at boot; `ip_forward`",
    ],
    told: ["an engine that accepts commands over TCP"],
  },
  input: ({ host }) => ({
    daemon: { "live-restore": true, "log-driver": LOG_DRIVER, "log-opts": logDefaults(host.role) },
    // Known from 29 on. Published ports are filtered in DOCKER-USER, which only this backend has.
    optional: { "firewall-backend": "iptables" },
  }),
};
