import { CONFIG, HOST_KEY, model, problemsOf } from "./declare.js";

// What the owner is told, for each mistake: where it is and what to write instead.

const WEB = "services:\n  web:\n    image: nginx:1.29\n";
const STACK = "Pulumi.test.yaml";
const FILE = "stacks/nas/compose.yaml";

/** A service with more lines, which begin on line 4. */
const web = (...lines: string[]): string => WEB + lines.map((line) => `    ${line}\n`).join("");
const config = (...lines: string[]): string => CONFIG + lines.map((line) => `  ${line}\n`).join("");
/** The configuration with other hosts, which begin on line 5. */
const hosts = (...lines: string[]): string =>
  `${CONFIG.split("\n").slice(0, 4).join("\n")}\n${lines.map((line) => `    ${line}\n`).join("")}`;
const KEY = `hostKey: "${HOST_KEY}"`;

describe("mistakes in the stack's configuration", () => {
  test.each<[string, string, string[]]>([
    [
      "an unknown setting",
      config("homelab:domian: x.org"),
      [`${STACK}:6 config.homelab:domian: unknown key "domian" -> remove it: "domain" exists as well`],
    ],
    [
      "an unknown key of a host",
      hosts(`pi5: {adress: 192.168.1.100, address: 192.168.1.100, role: nas, ${KEY}}`),
      [`${STACK}:5 config.homelab:hosts.pi5.adress: unknown key "adress" -> remove it: "address" exists as well`],
    ],
    [
      "an unknown role",
      hosts(`pi5: {address: 192.168.1.100, role: nass, ${KEY}}`),
      [`${STACK}:5 config.homelab:hosts.pi5.role: must be nas, ci, media or agent -> write nas`],
    ],
    [
      "something that is no address",
      hosts(`pi5: {address: 192.168.1.300, role: nas, ${KEY}}`),
      [
        `${STACK}:5 config.homelab:hosts.pi5.address: is not an IPv4 address -> write four numbers from 0 to 255 with dots between them`,
      ],
    ],
    [
      "an address outside the LAN",
      hosts(`pi5: {address: 192.168.2.100, role: nas, ${KEY}}`),
      [
        `${STACK}:5 config.homelab:hosts.pi5.address: 192.168.2.100 is outside the LAN 192.168.1.0/24 -> write an address of the LAN`,
      ],
    ],
    [
      "an address twice",
      hosts(`pi5: {address: 192.168.1.100, role: nas, ${KEY}}`, `pi6: {address: 192.168.1.100, role: nas, ${KEY}}`),
      [
        `${STACK}:6 config.homelab:hosts.pi6.address: 192.168.1.100 is already the address of pi5 -> give each host its own`,
      ],
    ],
    [
      "a host without a pinned key",
      hosts("pi5: {address: 192.168.1.100, role: nas}"),
      [
        `${STACK}:5 config.homelab:hosts.pi5: is not prepared yet: its host key is not pinned -> run npm run bootstrap -- pi5 --stack test`,
      ],
    ],
    [
      "a host key of another kind",
      hosts('pi5: {address: 192.168.1.100, role: nas, hostKey: "ssh-rsa AAAA"}'),
      [`${STACK}:5 config.homelab:hosts.pi5.hostKey: is not an Ed25519 host key -> write "ssh-ed25519 AAAA..."`],
    ],
    [
      "a switch of no service",
      config("homelab:services: {wbe: false}"),
      [`${STACK}:6 config.homelab:services.wbe: no host has a service "wbe" -> remove it`],
    ],
    [
      "a missing setting",
      "config:\n  homelab:domain: example.org\n  homelab:hosts: {}\n",
      [`${STACK}:1 config.homelab:lan: is required -> add lan:`],
    ],
    [
      "a number where a string belongs",
      CONFIG.replace("example.org", "7"),
      [`${STACK}:2 config.homelab:domain: must be a string, not a number -> put it in quotes`],
    ],
  ])("%s", (_, stack, expected) => {
    expect(problemsOf(() => model(WEB, stack))).toEqual(expected);
  });

  test("a misspelled switch of a service", () => {
    const jellyfin = WEB.replace("web", "jellyfin");
    expect(problemsOf(() => model(jellyfin, config("homelab:services: {jelyfin: false}")))).toEqual([
      `${STACK}:6 config.homelab:services.jelyfin: no host has a service "jelyfin" -> write "jellyfin"`,
    ]);
  });

  test("an agent outside the agents' range", () => {
    const agent = hosts(`pi-zero-9: {address: 192.168.1.120, role: agent, ${KEY}}`).replace(
      "subnet: 192.168.1.0/24",
      "subnet: 192.168.1.0/24, agents: {first: 192.168.1.110, last: 192.168.1.119}",
    );
    expect(problemsOf(() => model(WEB, agent, { "stacks/agent/compose.yaml": WEB }))).toEqual([
      `${STACK}:5 config.homelab:hosts.pi-zero-9.address: 192.168.1.120 is outside the agents' range 192.168.1.110 to 192.168.1.119 -> choose an address in it, or widen homelab:lan.agents`,
    ]);
  });

  test("all problems at once, in reading order", () => {
    const stack = hosts(`pi5: {address: 192.168.2.1, role: nas}`) + "  homelab:services: {x: true}\n";
    expect(problemsOf(() => model(web("imag: x"), stack))).toHaveLength(4);
  });
});

describe("mistakes in a Compose file", () => {
  test.each<[string, string, string[]]>([
    [
      "an unknown key",
      web("imagee: x"),
      [`${FILE}:4 services.web.imagee: unknown key "imagee" -> remove it: "image" exists as well`],
    ],
    [
      "a key that is not supported",
      web("build: ."),
      [
        `${FILE}:4 services.web.build: "build" is not supported: images are built by CI, not on the hosts; push the image to a registry and name it in image:`,
      ],
    ],
    [
      "an image without a tag",
      "services:\n  web:\n    image: nginx\n",
      [`${FILE}:3 services.web.image: nginx has no tag -> write nginx:VERSION, so that every deployment runs the same`],
    ],
    [
      "the tag latest",
      "services:\n  web:\n    image: nginx:latest\n",
      [`${FILE}:3 services.web.image: nginx:latest changes with every push -> write a version as the tag`],
    ],
    [
      "a published port without an audience",
      web('ports: ["8080:80"]'),
      [
        `${FILE}:4 services.web.ports[0]: port 80 is published without an audience -> write {target: 80, published: "8080", protocol: tcp, x-audience: [lan]}`,
      ],
    ],
    [
      "an unknown audience",
      web("ports: [{target: 80, published: 8080, x-audience: [tailnte]}]"),
      [`${FILE}:4 services.web.ports[0].x-audience[0]: unknown audience "tailnte" -> write "tailnet"`],
    ],
    [
      "an unknown audience of so few letters that any other is close",
      web("ports: [{target: 80, published: 8080, x-audience: [lna]}]"),
      [
        `${FILE}:4 services.web.ports[0].x-audience[0]: unknown audience "lna" -> known here: lan, tailnet, containers, localhost, role:nas, role:ci, role:media, role:agent, host:pi5`,
      ],
    ],
    [
      "an audience that is no host",
      web('ports: [{target: 80, published: 8080, x-audience: ["host:pi55"]}]'),
      [`${FILE}:4 services.web.ports[0].x-audience[0]: there is no host "pi55" -> write "host:pi5"`],
    ],
    [
      "something that is no port",
      web('ports: ["eighty"]'),
      [
        `${FILE}:4 services.web.ports[0]: "eighty" is not a port -> write {target: 80, published: "8080", protocol: tcp, x-audience: [lan]}`,
      ],
    ],
    [
      "a port of the host twice",
      web("ports: [{target: 80, published: 80, x-audience: [lan]}, {target: 81, published: 80, x-audience: [lan]}]"),
      [
        `${FILE}:4 services.web.ports[1]: port 80/tcp of the host is already taken by web -> choose another port of the host`,
      ],
    ],
    [
      "a container name twice",
      `${web()}  web2:\n    image: nginx:1.29\n    container_name: web\n`,
      [
        `${FILE}:6 services.web2.container_name: the service web has a container "web" on this host already -> write container_name: nas-web2`,
      ],
    ],
    [
      "a name that nothing provides",
      web("hostname: ${HOST_NAMME}"),
      [
        `${FILE}:4 services.web.hostname: nothing provides \${HOST_NAMME} -> write \${HOST_NAME}, or set it: npx pulumi config set --stack test --path homelab:values.HOST_NAMME VALUE`,
      ],
    ],
    [
      "the address of a host that nobody has",
      web('environment: {SERVER: "${CI_ADDRESS}:9000"}'),
      [
        `${FILE}:4 services.web.environment.SERVER: nothing provides \${CI_ADDRESS}: no host has the role ci -> give one host role: ci, or remove what needs it`,
      ],
    ],
    [
      "a variable of the container that is none of Compose's",
      web("command: echo $HOME"),
      [
        `${FILE}:4 services.web.command: a $ before a name that nothing provides -> write $$ for a dollar sign, or write \${NAME} for a value of the configuration`,
      ],
    ],
    [
      "a cycle of dependencies",
      `${web("depends_on: [web2]")}  web2:\n    image: nginx:1.29\n    depends_on: [web]\n`,
      [`${FILE}:4 services.web.depends_on: services depend on each other: web -> web2 -> web -> remove one depends_on`],
    ],
    [
      "a dependency that is not there",
      web("depends_on: [wbe]"),
      [`${FILE}:4 services.web.depends_on.wbe: there is no service "wbe" -> add wbe: under the top-level services:`],
    ],
    [
      "a misspelled dependency",
      `${web("depends_on: [databse]")}  database:\n    image: postgres:18.6\n`,
      [`${FILE}:4 services.web.depends_on.databse: there is no service "databse" -> write "database"`],
    ],
    [
      "a bind of a system path",
      web('volumes: ["/etc:/x"]'),
      [
        `${FILE}:4 services.web.volumes[0]: /etc is a directory of the system -> mount only the part that the service needs`,
      ],
    ],
    [
      "a relative bind",
      web('volumes: ["../x:/x"]'),
      [
        `${FILE}:4 services.web.volumes[0]: ../x lies outside the project's directory -> write the host's absolute path`,
      ],
    ],
    [
      "Docker's socket without a reason",
      web('volumes: ["/var/run/docker.sock:/var/run/docker.sock"]'),
      [
        `${FILE}:4 services.web.volumes[0]: Docker's socket gives root on the host -> use a socket proxy, or say why in x-homelab: {socket-reason: WHY}`,
      ],
    ],
    [
      "a privileged container without a reason",
      web("privileged: true"),
      [
        `${FILE}:4 services.web.privileged: a privileged container has root on the host -> say why in x-homelab.privileged-reason, or use cap_add`,
      ],
    ],
    [
      "an unknown volume",
      web('volumes: ["data:/x"]'),
      [`${FILE}:4 services.web.volumes[0]: there is no volume "data" -> add data: under the top-level volumes:`],
    ],
    [
      "a duration without a unit",
      web("stop_grace_period: '30'"),
      [
        `${FILE}:4 services.web.stop_grace_period: is not a duration -> write a number with its unit, such as 30s or 1m30s`,
      ],
    ],
    [
      "a health check without a test",
      web("healthcheck: {interval: 5s}"),
      [`${FILE}:4 services.web.healthcheck: has no test -> add test:, or write disable: true`],
    ],
    [
      "an empty word in a command",
      web("command: [a, '']"),
      [`${FILE}:4 services.web.command: has an empty argument, which the Docker provider rejects -> remove it`],
    ],
    [
      "an environment variable without a value",
      web("environment: [A]"),
      [
        `${FILE}:4 services.web.environment[0]: has no value -> write KEY=value; values of the shell that deploys are not passed on`,
      ],
    ],
    [
      "waiting for the health of what has no check",
      `${web("depends_on: {db: {condition: service_healthy}}")}  db:\n    image: postgres:18.6\n`,
      [
        `${FILE}:4 services.web.depends_on.db: db has no healthcheck -> write condition: service_started, or repeat the check that its image has, if any, under healthcheck: of db`,
      ],
    ],
  ])("%s", (_, compose, expected) => {
    expect(problemsOf(() => model(compose))).toEqual(expected);
  });

  test("memory limits above what the host has", () => {
    const small = CONFIG.replace("role: nas", "role: nas, memory: 512m");
    expect(problemsOf(() => model(web("mem_limit: 384m"), small))).toEqual([]);
    expect(problemsOf(() => model(web("mem_limit: 500m"), small))).toEqual([
      `${FILE}:4 services.web.mem_limit: the memory limits on pi5 add up to 500 MiB, but only 384 MiB of its 512 MiB are for services; this limit is the largest -> lower this or others, or switch services off under homelab:services`,
    ]);
  });

  test("a missing and an empty file", () => {
    const elsewhere = hosts(`z: {address: 192.168.1.110, role: agent, ${KEY}}`);
    expect(problemsOf(() => model(WEB, elsewhere))).toEqual([
      `${STACK}:5 config.homelab:hosts.z.role: stacks/agent/compose.yaml, a Compose file of z, is missing -> get it back from the repository: git checkout -- stacks/agent/compose.yaml`,
    ]);
    expect(problemsOf(() => model("# nothing\n"))).toEqual([`${FILE}:0 : the file is empty`]);
  });
});
