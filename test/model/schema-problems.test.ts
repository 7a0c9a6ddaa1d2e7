import { HomelabError } from "../../model/yaml/problem.js";
import { model, problemsOf } from "./declare.js";

// What the owner is told of values that a schema does not take, in the words of explain.ts, and how the terminal shows it.

const WEB = "services:\n  web:\n    image: nginx:1.29\n";
const STACK = "Pulumi.test.yaml";
const FILE = "stacks/nas/compose.yaml";

describe("values that a schema does not take", () => {
  test.each<[string, string, string]>([
    ["a list for a string", "hostname: [a]", "hostname: must be a string, not a list"],
    [
      "nothing for a string",
      "hostname:",
      "hostname: must be a string, but is empty -> give it a value, or remove the line",
    ],
    ["a string for a switch", "init: yes please", "init: must be true or false, not a string"],
    ["a mapping for a list", "cap_add: {a: b}", "cap_add: must be a list, not a mapping"],
    [
      "a switch where there are several forms",
      "ports: [true]",
      "ports[0]: must be a string, a number or a mapping, not true",
    ],
    ["a number where there are two forms", "command: 7", "command: must be a string or a list, not a number"],
    ["a switch for a network", "networks: {default: true}", "networks.default: must be a mapping, not true"],
    ["a mapping for a string that may be empty", "user: {a: 1}", "user: must be a string or a number, not a mapping"],
    ["half a number", "cpu_shares: 1.5", "cpu_shares: must be a whole number, not 1.5"],
    ["too small a number", "healthcheck: {test: a, retries: 0}", "healthcheck.retries: must be more than 0"],
    [
      "too large a number",
      "x-homelab: {listens: [{port: 65536, audience: [lan]}]}",
      "x-homelab.listens[0].port: must be at most 65535",
    ],
    ["the only choice", "pid: container", "pid: must be host"],
    [
      "none of the choices",
      "ports: [{target: 80, published: 80, x-audience: [lan], protocol: sctp}]",
      "ports[0].protocol: sctp is not supported: the firewall's rules are for tcp and udp -> publish it over tcp or udp, or not at all",
    ],
    [
      "nearly one of the choices",
      "x-homelab: {updates: automatc}",
      "x-homelab.updates: must be pinned or automatic -> write automatic",
    ],
    [
      "a choice that is missing",
      'volumes: [{target: /x, source: "a"}]',
      "volumes[0].type: is required -> add type: volume, bind or tmpfs",
    ],
    [
      "a list that begins otherwise",
      "healthcheck: {test: [curl, x]}",
      "healthcheck.test[0]: must be CMD, CMD-SHELL or NONE",
    ],
    [
      "no address",
      "networks: {default: {ipv4_address: 172.20.0}}",
      "networks.default.ipv4_address: is not an IPv4 address -> write four numbers from 0 to 255 with dots between them",
    ],
    [
      "an environment variable without a value",
      "environment: {A: }",
      "environment.A: has no value -> write one; values of the shell that deploys are not passed on",
    ],
  ])("%s", (_, line, expected) => {
    expect(problemsOf(() => model(`${WEB}    ${line}\n`))).toEqual([`${FILE}:4 services.web.${expected}`]);
  });

  test("a subnet of a network that is none", () => {
    const compose = `${WEB}    networks: [n]\nnetworks:\n  n: {ipam: {config: [{subnet: 172.20.0.0}]}}\n`;
    expect(problemsOf(() => model(compose))).toEqual([
      `${FILE}:6 networks.n.ipam.config[0].subnet: is not an IPv4 subnet -> write it as 192.168.1.0/24`,
    ]);
  });
});

test("what the terminal shows: the place, what is wrong, and each way out on a line of its own", () => {
  const { message } = new HomelabError([
    {
      code: "undefined-variable",
      file: FILE,
      line: 4,
      path: "services.web.hostname",
      message: "nothing provides ${NAM}",
      remedies: [{ prose: "write ${NAME}" }, { prose: "set it", command: "npx pulumi config set" }],
    },
    {
      code: "no-host-key",
      file: STACK,
      line: 2,
      path: "",
      message: "has no key",
      remedies: [{ command: "npm run x" }],
    },
    { code: "empty-file", file: STACK, line: 0, path: "", message: "the file is empty", remedies: [] },
  ]);
  expect(message).toBe(`3 problems in the homelab's declaration, nothing was changed:

  Pulumi.test.yaml
      the file is empty

  Pulumi.test.yaml:2
      has no key
      -> run npm run x

  stacks/nas/compose.yaml:4  services.web.hostname
      nothing provides \${NAM}
      -> write \${NAME}
      -> or set it: npx pulumi config set
`);
});
