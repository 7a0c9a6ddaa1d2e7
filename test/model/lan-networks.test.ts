import { HomelabError } from "../../model/yaml/problem.js";
import { CONFIG, model } from "./declare.js";

const OTHER = "my/other/compose.yaml";
const HOSTS = `${CONFIG.replace("192.168.1.0/24", "192.168.1.0/24, router: 192.168.1.1, dhcp: {first: 192.168.1.200, last: 192.168.1.249}, agents: {first: 192.168.1.110, last: 192.168.1.119}")}    pi6:
      address: 192.168.1.101
      hostKey: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB
      services: [${OTHER}]
`;

const file = (address: string, network = "{external: true, x-driver: macvlan}", more = ""): string =>
  `services:\n  dns:\n    image: pihole:1\n    networks: {lan: {ipv4_address: ${address}}, ${more}}\nnetworks: {lan: ${network}}\n`;
const web = "services: {web: {image: 'a:1'}}\n";

function saidOf(compose: string, other = web): string[] {
  try {
    model(compose, HOSTS, { [OTHER]: other });
    return [];
  } catch (error) {
    if (error instanceof HomelabError) {
      return error.problems.map(({ file: name, line, path, code, message }) =>
        [`${name}:${line}`, path, code, message].join(" "),
      );
    }
    throw error;
  }
}

const AT = "stacks/nas/compose.yaml:4 services.dns.networks.lan.ipv4_address";

test.each([
  ["192.168.2.53", "outside-lan 192.168.2.53 is outside the LAN 192.168.1.0/24"],
  ["192.168.1.100", "duplicate-address 192.168.1.100 is already the address of pi5"],
  ["192.168.1.101", "duplicate-address 192.168.1.101 is already the address of pi6"],
  ["192.168.1.0", "duplicate-address 192.168.1.0 is already the address of the LAN itself"],
  ["192.168.1.255", "duplicate-address 192.168.1.255 is already the address of all of the LAN at once"],
  ["192.168.1.110", "duplicate-address 192.168.1.110 is one of those for agents, 192.168.1.110 to 192.168.1.119"],
  ["192.168.1.119", "duplicate-address 192.168.1.119 is one of those for agents, 192.168.1.110 to 192.168.1.119"],
  ["192.168.1.1", "duplicate-address 192.168.1.1 is already the address of the router"],
  [
    "192.168.1.200",
    "duplicate-address 192.168.1.200 is one of those that the router hands out, 192.168.1.200 to 192.168.1.249",
  ],
])("%s is refused for a container by macvlan", (address, said) => {
  expect(saidOf(file(address))).toEqual([`${AT} ${said}`]);
});

test("free addresses of the LAN are accepted, on each host another", () => {
  expect(saidOf(file("192.168.1.109"), file("192.168.1.120"))).toEqual([]);
});

test("two containers of two hosts cannot have one address", () => {
  expect(saidOf(file("192.168.1.53"), file("192.168.1.53", "{external: true, x-driver: ipvlan}"))).toEqual([
    `${OTHER}:4 services.dns.networks.lan.ipv4_address duplicate-address 192.168.1.53 is already the address of dns on pi5`,
  ]);
});

test("of an external network whose driver is not said, only addresses of the LAN are judged", () => {
  expect(saidOf(file("172.31.0.5", "{external: true}"))).toEqual([]);
  expect(saidOf(file("192.168.1.101", "{external: true}"))).toEqual([
    `${AT} duplicate-address 192.168.1.101 is already the address of pi6`,
  ]);
});

describe("ports of a container with an address of the LAN", () => {
  const PORTS = "\n    ports: [{target: 80, published: 80, x-audience: [lan]}]";
  const withPorts = (networks: string): string[] =>
    saidOf(
      `services:\n  dns:\n    image: pihole:1\n    networks: ${networks}${PORTS}\nnetworks:\n  lan: {external: true, x-driver: ipvlan}\n  back:\n`,
    );

  test("are published by nobody, and the check says so", () => {
    expect(withPorts("[lan]")).toEqual([
      "stacks/nas/compose.yaml:5 services.dns.ports useless-ports Docker publishes no ports in a network by ipvlan, and everybody in the LAN reaches all that the container listens on",
    ]);
  });

  test("are published where it is in a network of its host as well", () => {
    expect(withPorts("[lan, back]")).toEqual([]);
  });
});

test("x-driver: is for a network that is external", () => {
  expect(saidOf(file("192.168.1.53", "{x-driver: macvlan}"))).toEqual([
    "stacks/nas/compose.yaml:5 networks.lan conflicting-keys x-driver: says how a network that is external was made",
  ]);
});
