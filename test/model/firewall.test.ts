import fc from "fast-check";
import { audience } from "../../model/audience.js";
import type { Opening, Surroundings } from "../../model/firewall/opening.js";
import { omvFirewallOf } from "../../model/firewall/omv.js";
import { firewallOf } from "../../model/firewall/ufw.js";
import type { FirewallInput } from "../../model/firewall/ufw.js";
import { subnet } from "../../model/subnet.js";
import type { HostModel } from "../../model/types.js";
import { CONFIG, HOST_KEY, model, problemsOf } from "./declare.js";
import { kernelWith } from "./packets.js";
import type { Packet } from "./packets.js";

const subnets = (...texts: string[]): Surroundings["lan"] => texts.map((text) => subnet.parse(text));

const SURROUNDINGS: Surroundings = {
  lan: subnets("192.168.1.0/24", "fd00:1::/64"),
  hosts: [
    { name: "ci", address: "192.168.1.101", role: "ci" },
    { name: "zero", address: "192.168.1.110", role: "agent" },
  ],
  audiences: {
    guests: subnets("192.168.50.0/24", "fd00:50::/64"),
    phone: subnets("192.168.1.77", "100.70.1.7"),
    office: subnets("10.8.0.0/16", "fd7a:115c:a1e0:8::/64"),
    everyone: subnets("0.0.0.0/1", "128.0.0.0/1"),
  },
  bridges: [],
};

/** Somebody who knocks: which audiences each of them is part of. */
const VISITORS: Record<string, Pick<Packet, "by" | "from"> & { readonly is: readonly string[] }> = {
  "a laptop on the LAN": { by: "eth0", from: "192.168.1.55", is: ["lan", "everyone"] },
  "the phone on the LAN": { by: "eth0", from: "192.168.1.77", is: ["lan", "phone", "everyone"] },
  "the host ci": { by: "eth0", from: "192.168.1.101", is: ["lan", "host:ci", "role:ci", "everyone"] },
  "the agent": { by: "eth0", from: "192.168.1.110", is: ["lan", "host:zero", "role:agent", "everyone"] },
  "somebody on the tailnet": { by: "tailscale0", from: "100.70.1.2", is: ["tailnet", "everyone"] },
  "the phone on the tailnet": { by: "tailscale0", from: "100.70.1.7", is: ["tailnet", "phone", "everyone"] },
  "a container of this host": { by: "br-0123456789ab", from: "172.18.0.5", is: ["containers", "everyone"] },
  "a container on the default bridge": { by: "docker0", from: "172.17.0.2", is: ["containers", "everyone"] },
  "a guest": { by: "eth0", from: "192.168.50.9", is: ["guests", "everyone"] },
  "somebody in the office": { by: "eth0", from: "10.8.3.4", is: ["office", "everyone"] },
  "somebody outside": { by: "eth0", from: "203.0.113.9", is: ["everyone"] },
  "a tailnet address on the LAN": { by: "eth0", from: "100.70.1.2", is: [] },
  "the phone's tailnet address on the LAN": { by: "eth0", from: "100.70.1.7", is: [] },
  "a LAN address on the tailnet": { by: "tailscale0", from: "192.168.1.55", is: ["tailnet"] },
  "a guest's address on the tailnet": { by: "tailscale0", from: "192.168.50.9", is: ["tailnet"] },
  "a laptop, over IPv6": { by: "eth0", from: "fd00:1::55", is: ["lan"] },
  "a guest, over IPv6": { by: "eth0", from: "fd00:50::9", is: ["guests"] },
  "somebody on the tailnet, over IPv6": { by: "tailscale0", from: "fd7a:115c:a1e0::2", is: ["tailnet"] },
  "the office on the tailnet, over IPv6": { by: "tailscale0", from: "fd7a:115c:a1e0:8::2", is: ["tailnet", "office"] },
  "somebody outside, over IPv6": { by: "eth0", from: "2001:db8::9", is: [] },
};

const AUDIENCES = [
  "lan",
  "tailnet",
  "containers",
  "localhost",
  "host:ci",
  "role:agent",
  ...Object.keys(SURROUNDINGS.audiences),
].map((who) => audience.parse(who));

const opening = fc.record({
  kind: fc.constantFrom("published", "listens"),
  port: fc.integer({ min: 1, max: 12 }),
  protocol: fc.constantFrom("tcp", "udp"),
  from: fc.uniqueArray(fc.constantFrom(...AUDIENCES), { minLength: 1 }),
  what: fc.constantFrom("jellyfin", "registry"),
});
/** Of a host only one thing listens on a port. */
const openings = fc.uniqueArray(opening, { selector: ({ port, protocol }) => `${port}/${protocol}` });

/** Every port at which something may be open, and one more. */
const knocksAt = (
  given: readonly Opening[],
): { readonly port: number; readonly protocol: "tcp" | "udp"; readonly opened: Opening | undefined }[] =>
  Array.from({ length: 13 }, (_, i) => i + 1).flatMap((port) =>
    (["tcp", "udp"] as const).map((protocol) => ({
      port,
      protocol,
      opened: given.find((it) => it.port === port && it.protocol === protocol),
    })),
  );

/** What OpenMediaVault's rules are in UFW's words, of which tests/packets knows the meaning. */
function inUfwWords(given: readonly Opening[]): FirewallInput {
  const { omv, files } = omvFirewallOf(given, SURROUNDINGS);
  return {
    files,
    rules: omv.rules.map((rule) => {
      const from = rule.interface === "" ? `from ${rule.source}` : `in on ${rule.interface}`;
      expect(rule.interface === "" ? rule.family : "").not.toBe(rule.source.includes(":") ? "inet" : "inet6");
      return `allow ${from} to any port ${rule.port} proto ${rule.protocol} comment '${rule.comment}'`;
    }),
  };
}

test.each([
  ["UFW", (given: readonly Opening[]): FirewallInput => firewallOf(given, SURROUNDINGS)],
  ["OpenMediaVault", inUfwWords],
])("a port is open for those it was declared for, and for nobody else: %s", (_, firewallFor) => {
  fc.assert(
    fc.property(openings, (given) => {
      const letsIn = kernelWith(firewallFor(given));
      const wrong = Object.entries(VISITORS).flatMap(([name, visitor]) =>
        knocksAt(given).flatMap(({ port, protocol, opened }) => {
          // Docker publishes over IPv4 only: over IPv6 it is the host itself that is asked.
          const redirected = opened?.kind === "published" && !visitor.from.includes(":");
          const invited = opened?.from.some((who) => visitor.is.includes(who)) ?? false;
          return letsIn({ by: visitor.by, from: visitor.from, port, protocol, redirected }) === invited
            ? []
            : [{ name, port, protocol, invited }];
        }),
      );
      expect(wrong).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test("the order in which openings are declared makes no difference", () => {
  fc.assert(
    fc.property(openings, (given) => {
      expect(firewallOf([...given].reverse(), SURROUNDINGS)).toEqual(firewallOf(given, SURROUNDINGS));
    }),
  );
});

test("over IPv6, what Docker publishes reaches the host itself, so UFW has to know", () => {
  const open: Opening = { port: 80, protocol: "tcp", from: ["lan"], what: "traefik", kind: "published" };
  expect(firewallOf([open], SURROUNDINGS).rules).toEqual([
    "allow from fd00:1::/64 to any port 80 proto tcp comment 'homelab: traefik'",
  ]);
});

test("a Docker network whose bridge has a name of its own is one of them", () => {
  const open: Opening = { port: 80, protocol: "tcp", from: ["lan"], what: "web", kind: "published" };
  const firewall = firewallOf([open], { ...SURROUNDINGS, bridges: ["guests"] });
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
    "stacks/nas/compose.yaml:5 services.web.ports: Docker publishes no ports with network_mode: host -> " +
      "write x-homelab: {listens: [{port: 80, protocol: tcp, audience: [lan]}]} in place of ports:",
  ],
  [
    WEB.replace(', published: "8080"', ""),
    "stacks/nas/compose.yaml:4 services.web.ports[0]: port 80 has no published port, so Docker picks one that no firewall rule " +
      'can name -> write {target: 80, published: "80", protocol: tcp, x-audience: [lan]}',
  ],
  [
    `${WEB}    x-homelab: {listens: [{port: 1, audience: [lan]}]}\n`,
    "stacks/nas/compose.yaml:5 services.web.x-homelab.listens[0]: only a service with network_mode: host listens on " +
      "the host itself -> use ports:",
  ],
])("what no rule could be made for is refused", (compose, problem) => {
  expect(problemsOf(() => model(compose))).toEqual([problem]);
});

test("ports that follow each other have one rule, and a thousand fit into what a helper takes", () => {
  const ports = Array.from({ length: 1000 }, (_, i) => 20_000 + i);
  const openings = ports.map((port): Opening => ({
    port,
    protocol: "udp",
    from: ["lan"],
    what: "rtp",
    kind: "listens",
  }));
  const firewall = firewallOf([...openings, { ...openings[0], port: 22_000 } as Opening], SURROUNDINGS);
  expect(firewall.rules).toEqual([
    "allow from 192.168.1.0/24 to any port 20000:20999 proto udp comment 'homelab: rtp'",
    "allow from fd00:1::/64 to any port 20000:20999 proto udp comment 'homelab: rtp'",
    "allow from 192.168.1.0/24 to any port 22000 proto udp comment 'homelab: rtp'",
    "allow from fd00:1::/64 to any port 22000 proto udp comment 'homelab: rtp'",
  ]);
  const published = openings.map((it): Opening => ({ ...it, from: ["lan", "tailnet"], kind: "published" }));
  const { files } = firewallOf(published, SURROUNDINGS);
  expect(files["/etc/homelab/firewall.v4"]).toContain("--ctorigdstport 20000:20999 --ctdir ORIGINAL");
  expect(files["/etc/homelab/firewall.v4"]).toContain("-p udp --dport 20000:20999 -j RETURN");
});
