import { CONFIG, model, problemsOf } from "./declare.js";

const web = (audience: string): string => `services:
  web:
    image: nginx:1.29
    ports: [{target: 80, published: "8080", protocol: tcp, x-audience: [${audience}]}]
`;
const named = (audiences: string): string => `${CONFIG}  homelab:audiences: {${audiences}}\n`;
const SOURCES = /HOMELAB-PUBLISHED -s (\S+)|allow from (\S+) to any port 8080/g;

/** From where the port of the service may be reached, over IPv4 and IPv6. */
function sourcesOf(audience: string, config: string): string[] {
  const [host] = model(web(audience), config).hosts;
  const input = host?.settings.find(({ name }) => name === "firewall")?.input as string;
  return [...new Set([...input.matchAll(SOURCES)].map(([, published, host]) => published ?? host ?? ""))].sort();
}

test.each([
  ["a subnet", "guests: 192.168.50.0/24", ["192.168.50.0/24"]],
  ["an address", "guests: 192.168.1.77", ["192.168.1.77"]],
  ["an address that is written as a subnet", "guests: 192.168.1.77/32", ["192.168.1.77"]],
  ["an IPv6 subnet", 'guests: "FD00:0050:0::/64"', ["fd00:50::/64"]],
  ["an IPv6 address", 'guests: "fd00:50:0:0::77/128"', ["fd00:50::77"]],
  ["a list", 'guests: [192.168.50.0/24, "fd00:50::/64"]', ["192.168.50.0/24", "fd00:50::/64"]],
  ["the same twice", "guests: [192.168.1.77, 192.168.1.77/32]", ["192.168.1.77"]],
  ["everyone, in halves", "guests: [0.0.0.0/1, 128.0.0.0/1]", ["0.0.0.0/1", "128.0.0.0/1"]],
])("the owner names %s", (_, audiences, expected) => {
  expect(sourcesOf("guests", named(audiences))).toEqual(expected);
});

test("a name that nothing uses is fine", () => {
  expect(sourcesOf("lan", named("guests: 192.168.50.0/24"))).toEqual(["192.168.1.0/24"]);
});

test.each(["guests", '"host:pi5"', '"role:nas"', "10.8.0.0/16"])("SSH may be for %s", (who) => {
  const config = `${named("guests: 10.9.0.0/16")}  homelab:admin: {from: [${who}]}\n`;
  expect(problemsOf(() => model(web("lan"), config))).toEqual([]);
});

const AUDIENCES = "Pulumi.test.yaml:6 config.homelab:audiences";
const KNOWN = "lan, tailnet, containers, localhost, role:nas, role:ci, role:media, role:agent, host:pi5, guests";

test.each([
  [
    "guests: 10.1.2.3/24",
    [
      '.guests: "10.1.2.3/24" is an address with the prefix of its subnet -> write 10.1.2.0/24 for the subnet, or 10.1.2.3 for the address',
    ],
  ],
  [
    'guests: "fd00::1/64"',
    [
      '.guests: "fd00::1/64" is an address with the prefix of its subnet -> write fd00::/64 for the subnet, or fd00::1 for the address',
    ],
  ],
  [
    "guests: 0.0.0.0/0",
    [
      '.guests: "0.0.0.0/0" covers every address, which firewalls do not take as a subnet -> write 0.0.0.0/1 and 128.0.0.0/1',
    ],
  ],
  [
    'guests: "::/0"',
    ['.guests: "::/0" covers every address, which firewalls do not take as a subnet -> write ::/1 and 8000::/1'],
  ],
  ["guests: 10.1.2.0/33", ['.guests: "10.1.2.0/33" has a prefix beyond 32 -> write it as 192.168.1.0/24']],
  [
    "guests: somebody",
    ['.guests: "somebody" is not an address or a subnet -> write it as 192.168.1.77, 192.168.1.0/24 or fd00:1234::/64'],
  ],
  [
    "guests: 010.1.2.3",
    [
      '.guests: "010.1.2.3" is not an address or a subnet -> write it as 192.168.1.77, 192.168.1.0/24 or fd00:1234::/64',
    ],
  ],
  [
    'guests: "fe80::1%eth0"',
    [
      '.guests: "fe80::1%eth0" is not an address or a subnet -> write it as 192.168.1.77, 192.168.1.0/24 or fd00:1234::/64',
    ],
  ],
  [
    "guests: 127.0.0.1",
    ['.guests: "127.0.0.1" is not a source of packets -> write an address or a subnet of a network'],
  ],
  [
    "guests: 224.0.0.0/4",
    ['.guests: "224.0.0.0/4" is not a source of packets -> write an address or a subnet of a network'],
  ],
  ['guests: "::ffff:1.2.3.4"', ['.guests: "::ffff:1.2.3.4" is an IPv4 address in another form -> write that address']],
  [
    "guests: [192.168.50.0/24, nobody]",
    [
      '.guests[1]: "nobody" is not an address or a subnet -> write it as 192.168.1.77, 192.168.1.0/24 or fd00:1234::/64',
    ],
  ],
  ["guests: []", [".guests: is empty -> write an address or a subnet"]],
  ["guests: 7", [".guests: must be a string or a list, not a number"]],
  ["lan: 192.168.50.0/24", ['.lan: "lan" is reserved -> choose another name']],
  ["host: 192.168.50.0/24", ['.host: "host" is reserved -> choose another name']],
  ["Guests: 192.168.50.0/24", [".Guests: is not a name for an audience -> use small letters, digits and dashes"]],
])("refused as an audience: %s", (audiences, expected) => {
  expect(problemsOf(() => model(web("lan"), named(audiences)))).toEqual(expected.map((it) => `${AUDIENCES}${it}`));
});

const PORT = "stacks/nas/compose.yaml:4 services.web.ports[0].x-audience[0]";

test.each([
  ["gests", `${PORT}: unknown audience "gests" -> write "guests"`],
  ["pi5", `${PORT}: unknown audience "pi5" -> write "host:pi5"`],
  ["agent", `${PORT}: unknown audience "agent" -> write "role:agent"`],
  ["everybody", `${PORT}: unknown audience "everybody" -> known here: ${KNOWN}`],
  [
    "192.168.50.0/24",
    `${PORT}: "192.168.50.0/24" needs a name -> name it under homelab:audiences, as in { guests: 192.168.50.0/24 }, and write that name here`,
  ],
  [
    "192.168.50.9/24",
    `${PORT}: "192.168.50.9/24" needs a name -> name it under homelab:audiences, as in { guests: 192.168.50.9/24 }, and write that name here`,
  ],
])("no audience of a port: %s", (who, problem) => {
  expect(problemsOf(() => model(web(who), named("guests: 192.168.50.0/24")))).toEqual([problem]);
});

test.each([
  ["x-homelab: {audience: [gests]}", "x-homelab.audience[0]"],
  ["x-homelab: {listens: [{port: 1, audience: [gests]}]}\n    network_mode: host", "x-homelab.listens[0].audience[0]"],
  ["x-homelab: {audience: [gests]}\n    profiles: [off]", "x-homelab.audience[0]"],
])("wherever it is written: %s", (lines, place) => {
  const compose = `services:\n  web:\n    image: nginx:1.29\n    ${lines}\n  other: {image: nginx:1.29}\n`;
  expect(problemsOf(() => model(compose, named("guests: 192.168.50.0/24")))).toEqual([
    `stacks/nas/compose.yaml:4 services.web.${place}: unknown audience "gests" -> write "guests"`,
  ]);
});

const FROM = "Pulumi.test.yaml:7 config.homelab:admin.from[0]";

test.each([
  ["gests", `${FROM}: unknown audience "gests" -> write "guests"`],
  ['"host:pi6"', `${FROM}: there is no host "pi6" -> known here: pi5`],
  [
    "10.1.2.3/8",
    `${FROM}: "10.1.2.3/8" is an address with the prefix of its subnet -> write 10.0.0.0/8 for the subnet, or 10.1.2.3 for the address`,
  ],
  [
    "localhost",
    `${FROM}: "localhost" is not a place to log in from -> write lan, tailnet, or a name of homelab:audiences`,
  ],
  [
    "containers",
    `${FROM}: "containers" is not a place to log in from -> write lan, tailnet, or a name of homelab:audiences`,
  ],
])("nobody for SSH: %s", (who, problem) => {
  const config = `${named("guests: 192.168.50.0/24")}  homelab:admin: {from: [${who}]}\n`;
  expect(problemsOf(() => model(web("lan"), config))).toEqual([problem]);
});

test.each([
  [
    "192.168.1.100/24",
    '"192.168.1.100/24" is an address with the prefix of its subnet -> write 192.168.1.0/24 for the subnet, or 192.168.1.100 for the address',
  ],
  ["192.168.1.100", "is not an IPv4 subnet -> write it as 192.168.1.0/24"],
  ['"fd00::/64"', "is not an IPv4 subnet -> write it as 192.168.1.0/24"],
])("no LAN: %s", (subnet, problem) => {
  const config = CONFIG.replace("192.168.1.0/24", subnet);
  expect(problemsOf(() => model(web("lan"), config))).toEqual([
    `Pulumi.test.yaml:3 config.homelab:lan.subnet: ${problem}`,
  ]);
});
