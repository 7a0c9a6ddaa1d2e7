import { HOST_KEY } from "./declare.js";

// A homelab with an opening of every kind, and all that is to be said of them.

const host = (address: string, role: string): string => `{address: ${address}, role: ${role}, hostKey: "${HOST_KEY}"}`;

/** Its files by path, for the stack `test`. */
export const FILES: Readonly<Record<string, string>> = {
  "Pulumi.test.yaml": `config:
  homelab:domain: example.org
  homelab:lan: {subnet: 192.168.1.0/24}
  homelab:hosts:
    pi5: ${host("192.168.1.100", "nas")}
    jellyfin: ${host("192.168.1.102", "media")}
  homelab:audiences: {guests: [192.168.50.0/24, "FD00:50::/64"], phone: 192.168.1.77/32}
  homelab:admin: {from: [lan, phone, 10.8.0.0/16]}
  homelab:nas: {base: omv, root: /srv/disk, shares: {movies: {write: [anna]}}}
  homelab:secrets: {SMB_PASSWORD_ANNA: {secure: x}}
`,
  "stacks/nas/compose.yaml": `services:
  web:
    image: nginx:1.29
    mem_limit: 64m
    ports:
      - {target: 80, published: "8080", protocol: tcp, x-audience: [lan, guests], x-scheme: http}
      - {target: 81, published: "8081", protocol: tcp, x-audience: [localhost]}
      - {target: 82, protocol: tcp, x-audience: [localhost]}
  finder:
    image: finder:1.0
    network_mode: host
    x-homelab: {listens: [{port: 5302, protocol: udp, audience: [phone, "role:media"]}]}
`,
  "stacks/media/compose.yaml": `services:
  player:
    image: traefik:1.0
    labels: {"traefik.http.routers.player.rule": "Host(\`player.\${DOMAIN}\`)"}
    volumes: ["/mnt/media/movies:/movies:ro"]
`,
};

/** Who may reach what: kind, port, what listens, and for whom. */
export const OPENINGS: Readonly<Record<string, readonly (readonly [string, string, string, string])[]>> = {
  pi5: [
    ["ssh", "22/tcp", "ssh", "lan, phone, 10.8.0.0/16"],
    ["omv", "80/tcp", "openmediavault", "lan, tailnet"],
    ["smb", "445/tcp", "smb", "lan, tailnet"],
    ["nfs", "2049/tcp", "nfs", "host:jellyfin"],
    ["listens", "5302/udp", "finder", "phone, role:media"],
    ["published", "8080/tcp", "web", "lan, guests"],
    ["published", "8081/tcp", "web", "localhost"],
    ["published", "chosen by Docker/tcp", "web", "localhost"],
  ],
  jellyfin: [["ssh", "22/tcp", "ssh", "lan, phone, 10.8.0.0/16"]],
};
