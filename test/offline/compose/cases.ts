import type { Case } from "./oracle.js";

// Small Compose files: what we take as Compose does, and what we refuse. A line is part of the one service of a file.

const TOP = 'services:\n  web:\n    image: "nginx:1.29"\n';
const AUDIENCE = "    x-homelab: {audience: [lan]}\n";
export const web = (...lines: readonly string[]): string => {
  const text = lines.map((line) => `    ${line}\n`).join("");
  return TOP + (/x-homelab|127\.0/.test(text) ? "" : AUDIENCE) + text;
};
/** A service with more below it, which begins in column 0. */
export const files = (line: string, ...rest: readonly string[]): string => `${web(line)}${rest.join("\n")}\n`;

/** What variables are in all files. */
const ENVIRONMENT = { A: "aye", EMPTY: "", NUMBER: "5", YES: "true" };
const NETWORK = "networks: {front: {ipam: {config: [{subnet: 172.30.0.0/24}]}}}";
const DATA = "volumes: {data: {}}";

/** Lines of a service that mean here what they mean to Compose. */
const SAME_LINES = [
  // Words.
  "command: a b 'c d' \"e f\" g\\ h",
  "command: [a, b c]",
  "command: sh -c 'echo $$HOME'",
  'command: --flag="a b" --x',
  "command:",
  "entrypoint:",
  "deploy:",
  "entrypoint: /bin/sh -c",
  "entrypoint: [/bin/sh]",
  "entrypoint: []",
  "working_dir: /a//b/",
  "hostname: a.b",
  "domainname: example.org",
  "container_name: MyApp_1",
  "container_name: a.b-c",
  'user: "1000:1000"',
  'user: ""',
  "user: www-data",
  "group_add: [5, video]",
  'labels: ["a=b", "c"]',
  "labels: {a: 1, b: true, c: , d: 1.50}",
  'labels: {org.example.rule: "Host(`a.b`)"}',
  // Environment.
  "environment: {B: 1, C: true, D: 1.50, E: '', F: .5}",
  "environment: [B=1, C=a=b, D=]",
  'environment: {B: "${A}", C: "x${A}y", D: "$A", E: "${A}${NUMBER}"}',
  'environment: {B: "${NONE:-d}", C: "${EMPTY:-d}", D: "${EMPTY-d}", E: "${NONE-d}", F: "${A:-d}"}',
  'environment: {B: "${A:+x}", C: "${EMPTY:+x}", D: "${EMPTY+x}", E: "${NONE:+x}", F: "${NONE+x}"}',
  'environment: {B: "${A:?need A}", C: "${EMPTY?need it}"}',
  'environment: {B: "${NONE:-${A:-z}}", C: "${NONE:-${ALSO:-z}}", D: "${A:-${NONE:-z}}"}',
  'environment: {B: "${NONE:-}", C: "${NONE-}", D: "$$A", E: "$$$A", F: "$${A}"}',
  'environment: {B: "${A:+${NUMBER}}", C: "${NONE:-a:b/c?d}", D: "${NONE:-a b}"}',
  'environment: {B: "${NONE:-{}}"}',
  'environment: {B: "${A:?}"}',
  'environment: ["${A}=x", "B=${NUMBER}"]',
  // Numbers and switches by variables.
  'privileged: "${NONE:-false}"',
  'read_only: "${YES}"',
  'init: "${YES}"',
  'tty: "true"',
  'stdin_open: "${NONE:-true}"',
  'pids_limit: "${NUMBER}"',
  'cpus: "${NONE:-0.5}"',
  'cpu_shares: "${NUMBER}"',
  'mem_limit: "${NONE:-1g}"',
  'healthcheck: {test: x, retries: "${NUMBER}"}',
  'ports: ["${NONE:-8080}:80"]',
  'ports: [{target: "${NUMBER}", published: "${NONE:-8080}"}]',
  'volumes: [{type: bind, source: /a, target: /b, read_only: "${YES}"}]',
  'ulimits: {nofile: "${NUMBER}"}',
  // Durations.
  ...["10s", "1m30s", "1h", "1.5s", "500ms", "2h45m", "90s", "100us", "1d", "1h30m15s"].map(
    (it) => `stop_grace_period: ${it}`,
  ),
  "healthcheck: {test: curl x, interval: 1m, timeout: 5s, retries: 2, start_period: 30s, start_interval: 1s}",
  "healthcheck: {test: [CMD, a, b c]}",
  "healthcheck: {test: [CMD-SHELL, a b]}",
  "healthcheck: {test: [NONE]}",
  "healthcheck: {test: NONE}",
  "healthcheck: {disable: true}",
  "healthcheck: {test: x, disable: false}",
  "healthcheck: {disable: false}",
  "healthcheck: {disable: false, test: [CMD, x], interval: 0s}",
  // Byte sizes.
  ...[
    "512m",
    "1g",
    "1.5g",
    "65536k",
    "1048576",
    "512M",
    "1G",
    "512mb",
    "1gb",
    "64kb",
    "1073741824b",
    "512MiB",
    "1 g",
  ].map((it) => `mem_limit: ${it}`),
  "shm_size: 64m",
  "shm_size: 67108864",
  "mem_reservation: 64m",
  "memswap_limit: -1",
  "mem_limit: 1g\n    memswap_limit: 2g",
  "cpus: 1.5",
  "cpus: 2",
  'cpus: "0.5"',
  'cpuset: "0-1,3"',
  "cpu_shares: 512",
  "pids_limit: 100",
  // What deploy says as well.
  'deploy: {resources: {limits: {cpus: "0.50", memory: 50M, pids: 5}, reservations: {memory: 20M}}}',
  "mem_limit: 50m\n    deploy: {resources: {limits: {memory: 50m}}}",
  "deploy: {resources: {reservations: {memory: 64m}}}\n    mem_limit: 128m",
  // Restart.
  ...["no", "always", "unless-stopped", "on-failure", "on-failure:3"].map((it) => `restart: "${it}"`),
  // Ports.
  'ports: ["8080:80"]',
  'ports: ["8080:80/udp"]',
  'ports: ["8000-8002:9000-9002"]',
  'ports: ["127.0.0.1:8080:80"]',
  'ports: ["127.0.0.1:8000-8001:80-81/tcp"]',
  'ports: ["192.168.1.100:53:53/udp"]',
  'ports: ["0.0.0.0:8080:80"]',
  "ports: [{target: 80, published: 8080}]",
  'ports: [{target: 80, published: "8080", protocol: udp, host_ip: 127.0.0.1}]',
  'ports: [{name: web, target: 80, published: "8080", app_protocol: http}]',
  'ports: ["53:53/tcp", "53:53/udp"]',
  'ports: ["192.168.1.99:80:80", "192.168.1.100:80:80"]',
  'ports: ["8000-8001:80-81/udp"]',
  'ports: ["8000-8001:80-81/TCP", "9000-9001:90-91/udp"]',
  'ports: ["192.168.1.100:8000-8001:80-81/udp"]',
  'ports: ["0.0.0.0:8000-8001:80-81"]',
  'ports: ["127.0.0.1::80", "127.0.0.1::90-91/udp"]',
  'ports: [":8080:80"]',
  'ports: ["8000-8000:80", "8001:81-81", "8002-8002:82-82"]',
  'ports: ["08000:080"]',
  'ports: ["8080:80", "8080:80"]',
  'ports: ["8000-8001:80-81", "8001:81"]',
  'ports: [{target: 80, published: "8000-8000"}]',
  'ports: [{target: "80", published: "8000", protocol: TCP, host_ip: 0.0.0.0}]',
  'ports: [{target: 80, published: "", host_ip: 127.0.0.1}, {target: 81, published: 0, host_ip: 127.0.0.1}]',
  // Mounts.
  'volumes: ["/srv/a:/b"]',
  'volumes: ["/srv/a:/b:ro"]',
  'volumes: ["/srv/a/:/b/:rw"]',
  'volumes: ["/srv/a:/b:ro,rslave"]',
  'volumes: ["/srv/a:/b:shared"]',
  'volumes: ["/srv/a:/b:z"]',
  'volumes: ["/anonymous"]',
  'volumes: ["./a/data:/b", "./d/:/e:ro", ".:/f"]',
  "volumes: [{type: bind, source: a, target: /b}, {type: bind, source: ./c, target: /d}]",
  "volumes: [{type: bind, source: /a, target: /b, read_only: true}]",
  "volumes: [{type: bind, source: /a, target: /b, bind: {create_host_path: false, propagation: rslave}}]",
  "volumes: [{type: bind, source: /a, target: /b, bind: {create_host_path: true}}]",
  "volumes: [{type: tmpfs, target: /t}]",
  "volumes: [{type: tmpfs, target: /t, tmpfs: {size: 64m, mode: 448}}]",
  "volumes: [{type: tmpfs, target: /t, tmpfs: {size: 1000000}}]",
  "volumes: [{type: tmpfs, target: /t, tmpfs: {mode: 01777}}]",
  "volumes: [{type: tmpfs, target: /t, tmpfs: {mode: 0o1777}}]",
  "tmpfs: /run",
  'tmpfs: ["/run:size=16m,mode=1777", /tmp]',
  // The rest.
  "init: true",
  "stop_signal: SIGINT",
  'stop_signal: "15"',
  "read_only: true",
  "cap_add: [NET_ADMIN, SYS_TIME]",
  "cap_add: [CAP_NET_ADMIN]",
  "cap_drop: [ALL]",
  "security_opt: ['no-new-privileges:true', apparmor=unconfined]",
  "devices: [/dev/dri, '/dev/ttyUSB0:/dev/zigbee', '/dev/fuse:/dev/fuse:r']",
  "devices: [{source: /dev/dri, target: /dev/dri, permissions: rw}]",
  'device_cgroup_rules: ["c 189:* rmw"]',
  "pid: host",
  "userns_mode: host",
  "cgroup_parent: media.slice",
  "runtime: nvidia",
  "sysctls: {net.core.somaxconn: 1024}",
  'sysctls: ["net.ipv4.ip_forward=1"]',
  "ulimits: {nofile: 1024, nproc: {soft: 1, hard: 2}}",
  "ulimits: {memlock: -1}",
  "ulimits: {memlock: {soft: -1, hard: -1}}",
  "dns: 1.1.1.1",
  'dns: [1.1.1.1, "2606:4700::1111"]',
  "dns_search: lan",
  "dns_search: [lan, example.org]",
  "dns_opt: [ndots:2]",
  'extra_hosts: ["a:1.2.3.4", "b=1.2.3.4", "host.docker.internal:host-gateway"]',
  'extra_hosts: ["a:[::1]", "b=::1", "c:::1"]',
  'extra_hosts: {a: 1.2.3.4, b: "::1"}',
  "extra_hosts: {a: [1.2.3.4, 1.2.3.5]}",
  "logging: {driver: json-file, options: {max-size: 10m, max-file: 3}}",
  "logging: {driver: none}",
  "stdin_open: true",
  "tty: true",
  "platform: linux/arm64",
  "network_mode: host\n    x-homelab: {listens: []}",
  "network_mode: none",
  "network_mode: bridge",
  "environment: {B: $(date), C: 100$, D: 'a$.b', E: ^x$}",
  "pids_limit: -1",
  "dns: []",
  "networks: []",
] as const;

/** Whole files that mean here what they mean to Compose. */
const SAME_FILES: readonly (Case | string)[] = [
  files("volumes: ['data:/d', 'data:/e:ro']", DATA),
  files("volumes: ['data:/d']", "volumes: {data: }"),
  files("volumes: ['data:/d']", "volumes: {data: {name: other}}"),
  files("volumes: ['data:/d']", "volumes: {data: {external: true}}"),
  files("volumes: ['data:/d']", "volumes: {data: {name: other, external: true}}"),
  files("volumes: [{type: volume, source: data, target: /d, volume: {nocopy: false}}]", DATA),
  files("networks: [front, back]", "networks: {front: {}, back: {internal: true}}"),
  files("networks: {front: {aliases: [a, b]}, back: }", "networks: {front: , back: {name: other}}"),
  files("networks: {front: {ipv4_address: 172.30.0.5}}", NETWORK),
  files("networks: [front]", "networks: {front: {external: true}}"),
  files("networks: [front]", "networks: {front: {name: proxy, external: true}}"),
  files(
    "networks: [front]",
    "networks: {front: {driver: bridge, driver_opts: {com.docker.network.bridge.name: br-x}}}",
  ),
  files("networks: {default: {aliases: [x]}}"),
  files(
    "networks: [front]",
    "networks: {front: {ipam: {driver: default, config: [{subnet: 172.30.0.0/24, gateway: 172.30.0.1, ip_range: 172.30.0.128/25}]}}}",
  ),
  files("networks: [front]", "networks: {front: {enable_ipv6: false}}"),
  files("configs: [c]", "configs: {c: {content: 'x ${A}'}}"),
  files("configs: [{source: c, target: /etc/c, mode: 288}]", "configs: {c: {content: x}}"),
  files(
    "configs: [{source: c, target: /etc/c, mode: 0440}, {source: c, target: /d, mode: 0o440}]",
    "configs: {c: {content: x}}",
  ),
  files("depends_on: [db]", "  db: {image: 'postgres:18'}"),
  files("depends_on: {db: {condition: service_healthy}}", "  db: {image: 'postgres:18', healthcheck: {test: x}}"),
  files("depends_on: {db: {condition: service_started, required: false}}", "  db: {image: 'postgres:18'}"),
  files("depends_on: {db: {condition: service_completed_successfully}}", "  db: {image: 'postgres:18'}"),
  files("network_mode: service:vpn", "  vpn: {image: 'gluetun:1', cap_add: [NET_ADMIN]}"),
  // Anchors and merge keys.
  "x-common: &common\n  image: nginx:1.29\n  restart: always\n  environment: {A: b}\nservices:\n  web:\n    <<: *common\n    environment: {C: d}\n",
  "x-env: &env {A: b}\nx-more: &more {A: c, D: e}\nservices:\n  web:\n    image: nginx:1.29\n    environment:\n      <<: [*env, *more]\n      F: g\n",
  "x-env: &env\n  A: b\nservices:\n  web:\n    image: nginx:1.29\n    environment: *env\n  other:\n    image: nginx:1.29\n    environment:\n      <<: *env\n      A: c\n",
  'services:\n  web:\n    image: "nginx:${TAG:-1.29}"\n',
  "name: p\nservices:\n  web:\n    image: nginx:1.29\n",
  // Profiles.
  "services:\n  web:\n    image: nginx:1.29\n  extra:\n    image: nginx:1.29\n    profiles: [extra]\n",
];

export interface Example extends Case {
  readonly title: string;
}

export const example = (it: Case | string): Example => {
  const { compose, ...rest } = typeof it === "string" ? { compose: it } : it;
  return { environment: ENVIRONMENT, ...rest, compose, title: compose.replace(TOP, "… ").replace(AUDIENCE, "").trim() };
};

export const SAME: readonly Example[] = [...SAME_LINES.map((line) => web(line)), ...SAME_FILES].map(example);
