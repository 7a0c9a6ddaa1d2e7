import { traitsOf } from "../roles.js";
import type { Role } from "../roles.js";
import { overlap } from "../subnet.js";
import type { Subnet } from "../subnet.js";
import type { Setting } from "./setting.js";

export const LOG_DRIVER = "json-file";

/** What Docker does with the logs of a container that says nothing else; it fills these in where one says only a part. */
export const logDefaults = (role: Role | undefined): Readonly<Record<string, string>> =>
  traitsOf(role).small ? { "max-size": "5m", "max-file": "2" } : { "max-size": "10m", "max-file": "3" };

/**
 * Docker's own pools are used up by some thirty networks (https://docs.docker.com/engine/network/#subnet-allocation), one for
 * each Compose project. The first is that of its bridge, as ever; each of the others has room for 254 containers.
 */
const POOLS = [
  { base: "172.17.0.0/16" as Subnet, size: 16 },
  { base: "172.18.0.0/15" as Subnet, size: 24 },
  { base: "10.200.0.0/15" as Subnet, size: 24 },
];

/** Those that are not the LAN's. Docker passes over a subnet to which the host has a route. */
const poolsBeside = (lan: Subnet): { base: string; size: number }[] => POOLS.filter(({ base }) => !overlap(base, lan));

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
  input: ({ host, config }) => ({
    daemon: { "live-restore": true, "log-driver": LOG_DRIVER, "log-opts": logDefaults(host.role) },
    // Known from 29 on. Published ports are filtered in DOCKER-USER, which only this backend has.
    optional: { "firewall-backend": "iptables" },
    defaults: { "default-address-pools": poolsBeside(config.lan.subnet) },
  }),
};
