import { model, problemsOf } from "./declare.js";

// Names and paths that are none, or more than that: where they stand, and what to write instead.

const FILE = "stacks/nas/compose.yaml";
const WEB = "services:\n  web:\n    image: nginx:1.29\n";
const NO_NAME =
  "is not a name that Docker accepts -> use 2 to 128 letters, digits and _ . - with a letter or a digit first";
const OWN = "is a label reserved for this program -> choose a name that does not begin with homelab.";

test.each<[string, string, string]>([
  ["a network", `${WEB}networks:\n  n: {name: "n;touch x"}\n`, `${FILE}:5 networks.n.name: ${NO_NAME}`],
  [
    "a volume that is a folder of the host",
    `${WEB}volumes:\n  v: {name: "/"}\n`,
    `${FILE}:5 volumes.v.name: ${NO_NAME}`,
  ],
  [
    "a bridge that is more than its name",
    `${WEB}networks:\n  n: {driver_opts: {com.docker.network.bridge.name: "br0 -j ACCEPT"}}\n`,
    `${FILE}:5 networks.n.driver_opts.com.docker.network.bridge.name: "br0 -j ACCEPT" is not the name of a bridge -> use up to 15 small letters, digits, dots and dashes`,
  ],
  ...["/etc", "//etc/", "/var/run/docker.sock"].map((device): [string, string, string] => [
    `a volume that is ${device}`,
    `${WEB}volumes:\n  v: {driver_opts: {type: none, o: bind, device: ${device}}}\n`,
    `${FILE}:5 volumes.v.driver_opts.device: ${device} would be open to every service with this volume -> mount only the part that a service needs, under its volumes:`,
  ]),
  [
    "a label of ours",
    `${WEB}    labels:\n      a: b\n      homelab.generation: x\n`,
    `${FILE}:6 services.web.labels.homelab.generation: "homelab.generation" ${OWN}`,
  ],
  [
    "a label of ours in a list",
    `${WEB}    labels: [a=b, homelab.service=x]\n`,
    `${FILE}:4 services.web.labels.homelab.service: "homelab.service" ${OWN}`,
  ],
  [
    "a label that follows from something else",
    `${WEB}    labels: {com.centurylinklabs.watchtower.enable: true}\n`,
    `${FILE}:4 services.web.labels.com.centurylinklabs.watchtower.enable: com.centurylinklabs.watchtower.enable is set by x-homelab -> write updates: automatic there`,
  ],
  [
    "a file that goes up",
    `${WEB}    configs: [{source: c, target: /etc/../../x}]\nconfigs: {c: {content: x}}\n`,
    `${FILE}:4 services.web.configs[0].target: is not a path -> use letters, digits and _ . / -, and neither . nor .. between slashes`,
  ],
  [
    "a file outside the project",
    `${WEB}    configs: [c]\nconfigs: {c: {file: ../../../x}}\n`,
    `${FILE}:5 configs.c.file: ../x is outside the project -> put it beside the Compose file, which every clone has`,
  ],
  [
    "one network of Docker by two names",
    `${WEB}    networks: [front, back]\nnetworks: {front: {name: same}, back: {name: same}}\n`,
    `${FILE}:4 services.web.networks.back: front and back are one network of Docker, same, which a container joins once -> remove back here`,
  ],
  [
    "a bind that goes up",
    `${WEB}    volumes: ["/srv/../etc:/x"]\n`,
    `${FILE}:4 services.web.volumes[0]: /srv/../etc contains . or .. -> write /etc:/x`,
  ],
  [
    "a bind below the project that goes up and down again",
    `${WEB}    volumes: ["./a/../b:/x"]\n`,
    `${FILE}:4 services.web.volumes[0]: ./a/../b contains . or .. -> write ./b:/x`,
  ],
  [
    "a bind that is two",
    `${WEB}    volumes: [{type: bind, source: "/srv:/x", target: /y}]\n`,
    `${FILE}:4 services.web.volumes[0].source: is a path with a colon or a control character, which Docker would misread -> choose another name`,
  ],
  [
    "a device that is none",
    `${WEB}    devices: [/dev/../etc/shadow]\n`,
    `${FILE}:4 services.web.devices[0]: is not a device -> write "/dev/NAME" or "/dev/NAME:/dev/NAME:rwm"`,
  ],
  [
    "a zero byte",
    `${WEB}    environment: {A: "x\\0"}\n`,
    `${FILE}:4 : a zero byte or half of a character, which programs reject -> remove the escape`,
  ],
])("%s", (_, compose, problem) => {
  expect(problemsOf(() => model(compose))).toEqual([problem]);
});

test.each([
  ["user: -oProxyCommand=x", "user: is not an account"],
  ["services: [../x.yaml]", "services[0]: is not a Compose file of this project"],
  ["services: [/etc/x.yaml]", "services[0]: is not a Compose file of this project"],
])("of a host, %s is refused", (line, problem) => {
  const config = `config:\n  homelab:domain: a.org\n  homelab:lan: {subnet: 10.0.0.0/8}\n  homelab:hosts:\n    pi5: {address: 10.0.0.1, ${line}}\n`;
  expect(problemsOf(() => model(WEB, config))[0]).toContain(`Pulumi.test.yaml:5 config.homelab:hosts.pi5.${problem}`);
});

test("a path has one form", () => {
  const [host] = model(`${WEB}    volumes: ["/srv//x/:/y/"]\n`).hosts;
  expect(host?.services[0]?.volumes[0]).toMatchObject({ source: "/srv/x", target: "/y" });
});
