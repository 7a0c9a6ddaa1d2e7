import fc from "fast-check";
import { firewallOf } from "../../model/firewall/firewall.js";
import type { Opening } from "../../model/firewall/openings.js";
import type { Surroundings } from "../../model/firewall/firewall.js";
import type { HostModel } from "../../model/types.js";
import { CONFIG, HOST_KEY, model, problemsOf } from "./declare.js";
import { letsIn } from "./packets.js";
import type { Packet } from "./packets.js";

const SURROUNDINGS: Surroundings = {
  lan: ["192.168.1.0/24", "fd00:1::/64"],
  hosts: [
    { name: "ci", address: "192.168.1.101", role: "ci" },
    { name: "zero", address: "192.168.1.110", role: "agent" },
  ],
  bridges: [],
};

/** Somebody who knocks: which audiences each of them is part of. */
const VISITORS = {
  "a laptop on the LAN": { by: "eth0", from: "192.168.1.55", is: ["lan"] },
  "the host ci": { by: "eth0", from: "192.168.1.101", is: ["lan", "host:ci", "role:ci"] },
  "the agent": { by: "eth0", from: "192.168.1.110", is: ["lan", "host:zero", "role:agent"] },
  "somebody on the tailnet": { by: "tailscale0", from: "100.70.1.2", is: ["tailnet"] },
  "a container of this host": { by: "br-0123456789ab", from: "172.18.0.5", is: ["containers"] },
  "a container on the default bridge": { by: "docker0", from: "172.17.0.2", is: ["containers"] },
  "somebody outside": { by: "eth0", from: "203.0.113.9", is: [] },
  "a tailnet address on the LAN": { by: "eth0", from: "100.70.1.2", is: [] },
  "a LAN address on the tailnet": { by: "tailscale0", from: "192.168.1.55", is: ["tailnet"] },
} as const;

const AUDIENCES = ["lan", "tailnet", "containers", "localhost", "host:ci", "role:agent"] as const;

const opening = fc.record({
  port: fc.integer({ min: 1, max: 12 }),
  protocol: fc.constantFrom("tcp", "udp"),
  from: fc.uniqueArray(fc.constantFrom(...AUDIENCES), { minLength: 1 }),
  what: fc.constantFrom("jellyfin", "registry"),
  published: fc.boolean(),
});
/** Of a host only one thing listens on a port. */
const openings = fc.uniqueArray(opening, { selector: ({ port, protocol }) => `${port}/${protocol}` });

test("a port is open for those it was declared for, and for nobody else", () => {
  fc.assert(
    fc.property(openings, (doors) => {
      const firewall = firewallOf(doors, SURROUNDINGS);
      for (const [name, { by, from, is }] of Object.entries(VISITORS)) {
        for (let port = 1; port <= 13; port++) {
          for (const protocol of ["tcp", "udp"] as const) {
            const door = doors.find((it) => it.port === port && it.protocol === protocol);
            const packet: Packet = { by, from, port, protocol, redirected: door?.published ?? false };
            const invited = door?.from.some((who) => (is as readonly string[]).includes(who)) ?? false;
            expect([name, port, protocol, letsIn(firewall, packet)]).toEqual([name, port, protocol, invited]);
          }
        }
      }
    }),
    { numRuns: 60 },
  );
});

test("the order in which doors are declared makes no difference", () => {
  fc.assert(
    fc.property(openings, (doors) => {
      expect(firewallOf([...doors].reverse(), SURROUNDINGS)).toEqual(firewallOf(doors, SURROUNDINGS));
    }),
  );
});

test("over IPv6, what Docker publishes reaches the host itself, so UFW has to know", () => {
  const door: Opening = { port: 80, protocol: "tcp", from: ["lan"], what: "traefik", published: true };
  expect(firewallOf([door], SURROUNDINGS).rules).toEqual([
    "allow from fd00:1::/64 to any port 80 proto tcp comment 'homelab: traefik'",
  ]);
});

test("a Docker network whose bridge has a name of its own is one of them", () => {
  const door: Opening = { port: 80, protocol: "tcp", from: ["lan"], what: "web", published: true };
  const firewall = firewallOf([door], { ...SURROUNDINGS, bridges: ["guests"] });
  expect(firewall.files["/etc/homelab/firewall.v4"]).toContain("-A DOCKER-USER -o guests -j HOMELAB-PUBLISHED");
});

const WEB = `services:
  web:
    image: nginx:1.29
    ports: [{target: 80, published: "8080", protocol: tcp, x-audience: [lan]}]
`;
const firewallOn = (host: HostModel | undefined): ReturnType<typeof JSON.parse> =>
  JSON.parse(host?.settings.find(({ name }) => name === "firewall")?.input as string) as unknown;

test.each([
  [undefined, ["from 192.168.1.0/24", "in on tailscale0"]],
  ["{from: [tailnet]}", ["in on tailscale0"]],
  ["{from: [10.1.0.0/16, lan]}", ["from 10.1.0.0/16", "from 192.168.1.0/24"]],
])("SSH is open for admin.from: %s", (admin, sources) => {
  const config = admin === undefined ? CONFIG : `${CONFIG}  homelab:admin: ${admin}\n`;
  const [host] = model(WEB, config).hosts;
  expect(firewallOn(host)).toMatchObject({
    rules: sources.map((source) => `allow ${source} to any port 22 proto tcp comment 'homelab: ssh'`),
  });
});

test("a port for the agents follows the agents", () => {
  const agents = ["110", "111"].map(
    (n) => `    zero-${n}: {address: 192.168.1.${n}, role: agent, hostKey: "${HOST_KEY}"}\n`,
  );
  const compose = WEB.replace("[lan]", '["role:agent"]');
  const homelab = model(compose, CONFIG + agents.join(""), { "stacks/agent/compose.yaml": "services: {}\n" });
  const text = JSON.stringify(firewallOn(homelab.hosts[0]));
  expect(text).toContain("-s 192.168.1.110 -p tcp -m conntrack --ctorigdstport 8080");
  expect(text).toContain("-s 192.168.1.111 -p tcp -m conntrack --ctorigdstport 8080");
});

test("a service with the host's network says where it listens", () => {
  const listens = `services:
  hass:
    image: hass:2025.12
    network_mode: host
    x-homelab: {listens: [{port: 8123, audience: [lan]}]}
`;
  const [host] = model(listens).hosts;
  expect(firewallOn(host)).toMatchObject({
    rules: expect.arrayContaining([
      "allow from 192.168.1.0/24 to any port 8123 proto tcp comment 'homelab: hass'",
    ]) as unknown,
  });
});

test.each([
  [
    WEB.replace("    ports:", "    network_mode: host\n    ports:"),
    "stacks/nas/compose.yaml:5 services.web.ports[0]: with network_mode: host Docker publishes nothing -> " +
      "write x-homelab: {listens: [{port: 8080, protocol: tcp, audience: [lan]}]}",
  ],
  [
    WEB.replace(', published: "8080"', ""),
    "stacks/nas/compose.yaml:4 services.web.ports[0]: port 80 is published where Docker likes, which no firewall rule " +
      'can name -> write published: "80"',
  ],
  [
    `${WEB}    x-homelab: {listens: [{port: 1, audience: [lan]}]}\n`,
    "stacks/nas/compose.yaml:5 services.web.x-homelab.listens[0]: only a service with network_mode: host listens on " +
      "the host itself -> use ports:",
  ],
])("what no rule could be made for is refused", (compose, problem) => {
  expect(problemsOf(() => model(compose))).toEqual([problem]);
});
