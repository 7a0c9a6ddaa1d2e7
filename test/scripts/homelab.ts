import { buildHomelab } from "../../model/build.js";
import type { ContainerReport, ProbeReport } from "../../model/drift/report.js";
import type { HomelabModel } from "../../model/types.js";
import { HOST_KEY } from "../model/declare.js";

const host = (address: string, role: string): string => `{address: ${address}, role: ${role}, hostKey: "${HOST_KEY}"}`;

/** A stack's configuration with two hosts. */
export const TWO_HOSTS = `config:
  homelab:domain: example.org
  homelab:lan: {subnet: 192.168.1.0/24}
  homelab:hosts:
    pi5: ${host("192.168.1.100", "nas")}
    jellyfin: ${host("192.168.1.102", "media")}
`;

/** Compose files of two roles, by path, with a service of the same name in both. */
export const COMPOSE_FILES: Readonly<Record<string, string>> = {
  "stacks/nas/compose.yaml": `services:
  homepage:
    image: homepage:1.0
    ports: [{target: 3000, published: "3000", protocol: tcp, x-audience: [lan, tailnet], x-scheme: http}]
  watchtower: {image: "watchtower:1.0", restart: always}
  job: {image: "busybox:1.37", restart: "no"}
`,
  "stacks/media/compose.yaml": `services:
  traefik:
    image: traefik:3.7
    ports:
      - {target: 80, published: "80", protocol: tcp, x-audience: [lan]}
      - {target: 443, published: "443", protocol: tcp, x-audience: [lan, tailnet]}
  player:
    image: player:1.0
    labels: {"traefik.http.routers.player.rule": "Host(\`player.\${DOMAIN}\`) || Host(\`tv.\${DOMAIN}\`)"}
  finder:
    image: finder:1.0
    network_mode: host
    x-homelab: {listens: [{port: 5302, protocol: udp, audience: ["role:nas"]}]}
  watchtower: {image: "watchtower:1.0", restart: always}
`,
};

/** The model of a stack called `test`, whose files are given as text. */
export const homelabOf = (files: Readonly<Record<string, string>>): HomelabModel =>
  buildHomelab("test", (file) => {
    const text = files[file];
    return text === undefined ? { problem: "is missing" } : { text };
  });

/** Two hosts with several services each. */
export const twoHosts = (): HomelabModel => homelabOf({ "Pulumi.test.yaml": TWO_HOSTS, ...COMPOSE_FILES });

/** A container that runs, as a host reports it. */
export const container = (name: string, more: Partial<ContainerReport> = {}): ContainerReport => ({
  name,
  id: "c0ffee",
  service: name,
  state: "running",
  exitCode: 0,
  health: "",
  restarts: 0,
  upSeconds: 7300,
  record: "own",
  changed: [],
  ports: [],
  ...more,
});

/** What a host reports that has these containers. */
export const reportOf = (containers: ProbeReport["containers"]): ProbeReport => ({
  settings: {},
  containers,
  networks: [],
  images: [],
  volumes: [],
  declared: [],
  files: [],
  listening: [],
  foreign: [],
});
