import type { KnownHost } from "../../model/drift/known-hosts.js";
import type { ProblemCode } from "../../model/yaml/codes.js";
import { CONFIG, HOST_KEY } from "./declare.js";

// For each code an example that has this problem and no other. The type asks for one of whatever code there will be.

type Files = Readonly<Record<string, string>>;
export interface Example {
  readonly compose?: string;
  readonly config?: string;
  readonly files?: Files;
  /** What the state has. */
  readonly known?: readonly KnownHost[];
}

export const WEB = "services:\n  web:\n    image: nginx:1.29\n";
/** A service with more lines. */
const web = (...lines: string[]): Example => ({ compose: WEB + lines.map((line) => `    ${line}\n`).join("") });
const two = (first: string, second: string): Example => ({
  compose: `${WEB}    ${first}\n  db:\n    image: postgres:18.6\n    ${second}\n`,
});
const image = (reference: string): Example => ({ compose: `services:\n  web:\n    image: ${reference}\n` });
const config = (...lines: string[]): Example => ({ config: CONFIG + lines.map((line) => `  ${line}\n`).join("") });
/** The only host, with other keys. */
const host = (keys: string): Example => ({ config: CONFIG.replace(/pi5: \{.*\}/, `pi5: {${keys}}`) });
const KEY = `hostKey: "${HOST_KEY}"`;
const PI5 = `address: 192.168.1.100, role: nas, ${KEY}`;
const PI6 = `address: 192.168.1.101, role: nas, ${KEY}`;
const MEDIA = "stacks/media/compose.yaml";
/** A service in a network. */
const network = (definition: string, name = "web"): Example => ({
  compose: `services:\n  ${name}:\n    image: nginx:1.29\n    networks: [front]\nnetworks: {front: ${definition}}\n`,
});
/** A Compose file of the owner's own. */
const ownFile = (compose: string): Example => ({
  ...host(`${PI5}, services: [my/own.yaml]`),
  compose: "services:\n  db:\n    image: postgres:18.6\n",
  files: { "my/own.yaml": compose },
});
const PASSWORD = "homelab:secrets: {backupPassword: {secure: v1:x}}";
const port = (more: string): Example => web(`ports: [{target: 80, ${more}}]`);

/** A service of the owner's own, on a host with Traefik. */
const routed = (route: string): Example =>
  ownFile(
    `services:\n  wiki:\n    image: wiki:1\n    x-homelab: {route: ${route}}\n  traefik: {image: "traefik:v3.7"}\n`,
  );

export const EXAMPLES: Readonly<Record<ProblemCode, Example>> = {
  "unreadable-file": host(`${PI5}, services: [my/none.yaml]`),
  "empty-file": { compose: "# nothing\n" },
  "invalid-yaml": { compose: "services: {\n" },
  "undefined-alias": web("hostname: *nothing"),
  "ambiguous-number": web("mem_limit: 0x10"),

  "unknown-key": web("imagee: x"),
  "unsupported-key": web("build: ."),
  "missing-value": { compose: "services:\n  web: {}\n" },
  "wrong-type": web("hostname: [a]"),
  "unknown-value": web("pid: container"),
  "out-of-range": host(`${PI5}, port: 70000`),
  malformed: web("stop_grace_period: '30'"),
  "not-exactly-one": { compose: `${WEB}configs:\n  a: {}\n` },
  "empty-word": web("command: [a, '']"),
  "relative-bind": web('volumes: ["../x:/x"]'),
  "plain-text-secret": config("homelab:secrets: {TOKEN: x}"),
  "reserved-name": config("homelab:nas: {shares: {homes: {}}}"),
  placeholder: {
    ...web("hostname: ${DOMAIN}"),
    config: CONFIG.replace("example.org", "domain.com"),
  },
  "reserved-path": config("homelab:nas: {root: /mnt/media/x}"),

  "malformed-reference": web("hostname: ${-}"),
  "undefined-variable": web("hostname: ${NONE}"),
  "misplaced-secret": { ...web("hostname: ${TOKEN}"), ...config("homelab:secrets: {TOKEN: {secure: v1:x}}") },
  "missing-secret": { compose: `${WEB}    secrets: [token]\nsecrets:\n  token: {environment: TOKEN}\n` },
  "unknown-host": port('published: 80, x-audience: ["host:none"]'),
  "unknown-audience": port("published: 80, x-audience: ['?']"),
  "unknown-service": web("depends_on: [none]"),
  "ambiguous-service": {
    config: `${host(`${PI5}, services: [my/other/compose.yaml]`).config ?? ""}  homelab:services: {web: true}\n`,
    files: { "my/other/compose.yaml": `${WEB}    container_name: other\n` },
  },
  "unknown-network": web("networks: [none]"),
  "unknown-volume": web('volumes: ["none:/x"]'),
  "unknown-config": web("configs: [none]"),
  "unknown-secret": web("secrets: [none]"),
  "unknown-share": web('volumes: ["/mnt/media/none:/x"]'),

  "no-host-key": host("address: 192.168.1.100, role: nas"),
  "unsupported-platform": host(`${PI5}, platform: linux/arm/v6`),
  "outside-lan": host(PI5.replace("192.168.1", "192.168.2")),
  "outside-range": {
    config: CONFIG.replace(
      "192.168.1.0/24",
      "192.168.1.0/24, agents: {first: 192.168.1.110, last: 192.168.1.119}",
    ).replace("role: nas", "role: agent"),
    files: { "stacks/agent/compose.yaml": WEB },
  },
  "duplicate-address": {
    config: `${CONFIG}    pi6: {${PI5.replace("role: nas", "role: media")}}\n`,
    files: { [MEDIA]: WEB },
  },
  "renamed-host": { known: [{ name: "pi4", address: "192.168.1.100", port: 22, hostKey: HOST_KEY }] },

  "overlapping-subnet": network("{ipam: {config: [{subnet: 192.168.1.128/25}]}}"),
  "outside-subnet": network("{ipam: {config: [{subnet: 172.30.0.0/24, gateway: 172.30.1.1}]}}"),

  "no-nas": { config: `${CONFIG.replace("role: nas", "role: media")}  homelab:nas: {}\n`, files: { [MEDIA]: WEB } },
  "several-nas": { config: `${CONFIG}    pi6: {${PI6}}\n  homelab:nas: {}\n` },
  "no-root": config("homelab:nas: {base: omv}"),
  "redundant-access": config(
    "homelab:nas: {shares: {tv: {write: [anna], read: [anna]}}}",
    "homelab:secrets: {SMB_PASSWORD_ANNA: {secure: v1:x}}",
  ),
  "mount-of-all-shares": web('volumes: ["/mnt/media:/x"]'),

  "backup-inside-data": config("homelab:backups: {to: /mnt/media/tv/copies}", PASSWORD),
  "backup-elsewhere": {
    ...config("homelab:backups: {}", PASSWORD),
    compose: `${WEB}    volumes: ["data:/d"]\nvolumes: {data: {driver: rclone, x-stateful: true}}\n`,
  },

  "untagged-image": image("nginx"),
  "moving-tag": image("nginx:latest"),
  "image-for-other-platform": {
    ...web("x-homelab: {platforms: [linux/amd64]}"),
    ...host(`${PI5}, platform: linux/arm64`),
  },
  "socket-without-reason": web('volumes: ["/var/run/docker.sock:/var/run/docker.sock"]'),
  "privileged-without-reason": web("privileged: true"),
  "system-path": web('volumes: ["/etc:/x"]'),
  "route-without-proxy": web("labels: {traefik.http.routers.web.rule: Host(`web.example.org`)}"),
  "ambiguous-proxy": {
    ...web("ports: [{target: 80, published: '80', x-audience: [lan]}]"),
    config: `${CONFIG}    one: {address: 192.168.1.3, services: [my/proxy.yaml], ${KEY}}\n    two: {address: 192.168.1.4, services: [my/proxy.yaml], ${KEY}}\n    web: {address: 192.168.1.5, services: [my/web.yaml], ${KEY}}\n`,
    files: {
      "my/proxy.yaml": "services:\n  traefik: {image: traefik:v3.7}\n",
      "my/web.yaml": `${WEB}    x-homelab: {route: {name: web, port: 80}}\n`,
    },
  },
  "route-without-port": routed("{name: wiki}"),
  "route-of-passenger": ownFile(
    'services:\n  wiki: {image: "wiki:1", network_mode: "service:vpn", x-homelab: {route: {port: 80}}}\n' +
      '  vpn: {image: "vpn:1"}\n  traefik: {image: "traefik:v3.7"}\n',
  ),
  "route-to-closed-port": {
    ...web(),
    config: `${CONFIG}    one: {address: 192.168.1.3, services: [my/proxy.yaml], ${KEY}}\n    web: {address: 192.168.1.5, services: [my/web.yaml], ${KEY}}\n`,
    files: {
      "my/proxy.yaml":
        "services:\n  traefik: {image: traefik:v3.7, configs: [routes]}\nconfigs: {routes: {x-derived: traefik-routes, content: '{}'}}\n",
      "my/web.yaml": `${WEB}    x-homelab: {route: {port: 80}}\n`,
    },
  },
  "duplicate-route": routed("[{name: web, port: 80}, {name: web.example.org, port: 81}]"),
  "duplicate-container": two("container_name: one", "container_name: one"),
  "duplicate-port": web(
    "ports: [{target: 80, published: 80, x-audience: [lan]}, {target: 81, published: 80, x-audience: [lan]}]",
  ),
  "duplicate-mount": web('volumes: ["/srv/a:/x", "/srv/b:/x"]'),
  "ipv6-network": network("{enable_ipv6: true}"),
  "conflicting-networks": {
    ...network("{name: front, internal: true}"),
    ...host(`${PI5}, services: [my/x/compose.yaml]`),
    files: { "my/x/compose.yaml": network("{name: front}", "other").compose ?? "" },
  },
  "conflicting-volumes": {
    compose: `${WEB}    volumes: ["data:/d"]\nvolumes: {data: {name: data, x-stateful: true}}\n`,
    ...host(`${PI5}, services: [my/x/compose.yaml]`),
    files: {
      "my/x/compose.yaml":
        'services: {other: {image: "nginx:1.29", volumes: ["data:/d"]}}\nvolumes: {data: {name: data}}\n',
    },
  },
  "own-nas-volume": {
    compose: `${WEB}    volumes: ["data:/d"]\nvolumes: {data: {driver_opts: {type: nfs4, o: "addr=192.168.1.100,rw", device: ":/x"}}}\n`,
  },
  "mount-without-reason": web('volumes: ["/proc:/host/proc:ro"]'),
  "nothing-on": web("profiles: [extra]"),
  "duplicate-project": {
    ...host(`${PI5}, services: [my/x.yaml]`),
    files: { "my/x.yaml": "name: nas\nservices:\n  other:\n    image: nginx:1.29\n" },
  },
  "memory-exceeded": { ...web("mem_limit: 500m"), ...host(`${PI5}, memory: 512m`) },
  "healthcheck-without-test": web("healthcheck: {interval: 5s}"),
  "conflicting-keys": web("network_mode: host", "networks: [default]", "x-homelab: {listens: []}"),

  "no-audience": port("published: 80"),
  "empty-audience": port("published: 80, x-audience: []"),
  "random-port": port("x-audience: [lan]"),
  "useless-ports": web("network_mode: host", "ports: [{target: 80, published: 80, x-audience: [lan]}]"),
  "no-listens": web("network_mode: host"),
  "conflicting-audiences": web(
    "ports: [{target: 80, published: 80, host_ip: 192.168.1.100, x-audience: [lan]}, {target: 81, published: 80, host_ip: 192.168.1.99, x-audience: [tailnet]}]",
  ),
  "unusable-audience": routed("{port: 80, audience: [containers]}"),
  "loopback-audience": port("published: 80, host_ip: 127.0.0.1, x-audience: [lan]"),
  "useless-listens": web("x-homelab: {listens: [{port: 80, audience: [lan]}]}"),

  "dependency-cycle": two("depends_on: [db]", "depends_on: [web]"),
  "dependency-never-ends": two(
    "depends_on: {db: {condition: service_completed_successfully}}",
    "restart: unless-stopped",
  ),
  "dependency-off": two("depends_on: [db]", "profiles: [extra]"),
  "dependency-without-healthcheck": two("depends_on: {db: {condition: service_healthy}}", "init: true"),
};
