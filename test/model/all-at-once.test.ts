import { HomelabError } from "../../model/yaml/problem.js";
import { model } from "./declare.js";

/** What is said of a Compose file of the NAS: `line path code`. */
function saidOf(compose: string, config?: string): string[] {
  try {
    model(compose, config);
    return [];
  } catch (error) {
    if (error instanceof HomelabError) {
      return error.problems.map(({ line, path, code }) => `${line} ${path} ${code}`);
    }
    throw error;
  }
}

const OTHERS = `  db:
    image: postgres
    ports: ["5432:5432"]
    privileged: true
    environment: {A: "\${NOBODY}"}
    depends_on: [cash]
`;
const OF_OTHERS = (first: number): string[] => [
  `${first + 1} services.db.image untagged-image`,
  `${first + 2} services.db.ports[0] no-audience`,
  `${first + 3} services.db.privileged privileged-without-reason`,
  `${first + 4} services.db.environment.A undefined-variable`,
  `${first + 5} services.db.depends_on.cash unknown-service`,
];

// Each is a mistake of the form, in a service that is otherwise as it should be.
test.each([
  ["a key that is refused", "    network_mode: macvlan\n", ["4 services.web.network_mode malformed"]],
  ["a key with its reason", "    uts: host\n", ["4 services.web.uts unsupported-key"]],
  ["a key that nobody knows", "    imagee: a\n", ["4 services.web.imagee unknown-key"]],
  ["a value of another kind", "    environment: 5\n", ["4 services.web.environment wrong-type"]],
  ["an entry of a list", "    volumes: [a]\n", ["4 services.web.volumes[0] malformed"]],
])("%s hides no other question of the file", (_, line, own) => {
  expect(saidOf(`services:\n  web:\n    image: nginx:1.29\n${line}${OTHERS}`)).toEqual([...own, ...OF_OTHERS(5)]);
});

test.each(["w", "Web", "_web", '""', '"a.b[0]"', "stand-in-1.", "${A}"])(
  "a service called %s is judged like any other",
  (name) => {
    const key = name.replaceAll('"', "");
    expect(
      saidOf(`services:\n  ${name}:\n    image: nginx\n    ports: ["80:80", x]\n    mem_limit: x\n${OTHERS}`),
    ).toEqual([
      ...(name === "stand-in-1." ? [] : [`2 services.${key} malformed`]),
      `3 services.${key}.image untagged-image`,
      `4 services.${key}.ports[1] malformed`,
      `4 services.${key}.ports[0] no-audience`,
      `5 services.${key}.mem_limit malformed`,
      ...OF_OTHERS(6),
    ]);
  },
);

test("what refers to a service by a name that is not allowed still finds it", () => {
  const user = "  user: {image: 'a:1', network_mode: 'service:Web', depends_on: {Web: {condition: service_healthy}}}\n";
  expect(saidOf(`services:\n  Web: {image: 'nginx:1'}\n${user}  stand-in-1: {image: 'a:1'}\n`)).toEqual([
    "2 services.Web malformed",
    "3 services.user.depends_on.Web dependency-without-healthcheck",
  ]);
});

// Each is a mistake of the file as a whole, or at the top of it.
test.each([
  ["a key that appears twice", "    image: nginx:1.29\n", "", "4  invalid-yaml"],
  ["a number that others read otherwise", "    cpu_shares: 0x9\n", "", "4  ambiguous-number"],
  ["a second document", "", "---\na: b\n", "10  invalid-yaml"],
  ["the name of a network", "", "networks: {_a: }\n", "10 networks._a malformed"],
  ["the name of a config", "", "configs: {ä: {content: a}}\n", "10 configs.ä malformed"],
  ["a list in place of networks", "", "networks: [a]\n", "10 networks wrong-type"],
  ["the project's name", "", "name: My App\n", "10 name malformed"],
  ["a service without content", "", "  empty:\n", "10 services.empty wrong-type"],
  ["services that wait for each other", "    depends_on: [web]\n", "", "4 services.web.depends_on dependency-cycle"],
])("%s hides no other question of the file", (_, line, end, own) => {
  const said = saidOf(`services:\n  web:\n    image: nginx:1.29\n${line}${OTHERS}${end}`);
  expect(said.sort()).toEqual([own, ...OF_OTHERS(line === "" ? 4 : 5)].sort());
});

test("a merge key without a mapping has a line", () => {
  expect(saidOf("services:\n  web:\n    <<: 5\n")).toEqual(["3  invalid-yaml"]);
});

test("a service without an image of its own is asked about all else", () => {
  expect(saidOf('services:\n  web:\n    build: .\n    ports: ["80:80"]\n    privileged: true\n')).toEqual([
    "2 services.web.image missing-value",
    "3 services.web.build unsupported-key",
    "4 services.web.ports[0] no-audience",
    "5 services.web.privileged privileged-without-reason",
  ]);
});

test("what is behind an entry that cannot be read keeps its line and its place", () => {
  const ports = '["80:80", "x", "y:1", "81:81", {target: 82, mode: 5}, "83:83"]';
  expect(saidOf(`services:\n  web:\n    image: nginx:1.29\n    ports: ${ports}\n`)).toEqual([
    "4 services.web.ports[1] malformed",
    "4 services.web.ports[2] malformed",
    "4 services.web.ports[4].mode unknown-value",
    "4 services.web.ports[0] no-audience",
    "4 services.web.ports[3] no-audience",
    "4 services.web.ports[5] no-audience",
  ]);
});

test("a mistake behind a key that is refused is said as well", () => {
  const secret = "secrets: {a: {file: ./a, external: true}}";
  expect(saidOf(`services:\n  web:\n    image: nginx\n    secrets: [a, b]\n${secret}\n`)).toEqual([
    "3 services.web.image untagged-image",
    "4 services.web.secrets[1] unknown-secret",
    "5 secrets.a.environment missing-value",
    "5 secrets.a.file unsupported-key",
    "5 secrets.a.external unsupported-key",
  ]);
});

describe("nothing is said that is only what a mistake leads to:", () => {
  const web = (line: string, more = ""): string => `services:\n  web:\n    image: nginx:1.29\n    ${line}\n${more}`;
  test.each([
    ["an audience", web('ports: ["80:80"]\n    x-homelab: {audience: [lann]}'), "unknown-audience"],
    ["the audience of a port", web("ports: [{target: 80, published: 80, x-audience: [lann]}]"), "unknown-audience"],
    ["a reason", web("privileged: true\n    x-homelab: {privileged-reason: [a]}"), "wrong-type"],
    ["a network", web("networks: [a]", "networks: {a: {driver: macvlann}}\n"), "unknown-value"],
    ["a network as a whole", web("networks: [a]", "networks: {a: 5}\n"), "wrong-type"],
    ["all networks", web("networks: [a]", "networks: [a]\n"), "wrong-type"],
    ["a volume", web("volumes: [data:/a]", "volumes: {data: 5}\n"), "wrong-type"],
    ["a config", web("configs: [a]", "configs: {a: {}}\n"), "not-exactly-one"],
    ["a misspelled key", web("ports: ['80:80']\n    x-homelab: {audienc: [lan]}"), "unknown-key"],
    ["a key that was meant", "services:\n  web: {imagee: 'a:1'}\n", "unknown-key"],
    ["a list that begins otherwise", web("healthcheck: {test: [curl, localhost, x]}"), "unknown-value"],
    ["a service", web("depends_on: [db]", "  db: 5\n"), "wrong-type"],
    [
      "a health check",
      web("depends_on: {db: {condition: service_healthy}}", "  db: {image: 'a:1', healthcheck: 5}\n"),
      "wrong-type",
    ],
    [
      "a subnet",
      web("networks: {a: {ipv4_address: 172.30.0.5}}", "networks: {a: {ipam: {config: [{subnet: x}]}}}\n"),
      "malformed",
    ],
  ])("%s", (_, compose, code) => {
    expect(saidOf(compose).map((it) => it.split(" ").at(-1))).toEqual([code]);
  });

  test("but a key that is refused leads to nothing", () => {
    expect(saidOf(web("ports: [{target: 80, published: 80, app_protocol: http}]"))).toContain(
      "4 services.web.ports[0] no-audience",
    );
  });
});

test("a network of the LAN is refused with what to do, and that passes", () => {
  const file = (network: string): string =>
    `services:\n  dns:\n    image: pihole:1\n    networks: {lan: {ipv4_address: 192.168.1.53}}\nnetworks: {lan: ${network}}\n`;
  expect(saidOf(file("{driver: macvlan, driver_opts: {parent: eth0}}"))).toEqual([
    "5 networks.lan.driver unknown-value",
  ]);
  expect(saidOf(file("{external: true, name: lan}"))).toEqual([]);
});

test("a variable that nothing provides is asked for once, wherever it is", () => {
  const lines = [
    "image: ${IMAGE}",
    "volumes: ['${UPLOADS}:/up']",
    "network_mode: 'service:${OTHER}'",
    "depends_on: {db: {condition: service_healthy}}",
  ];
  const db = "  db: {image: 'postgres:18', healthcheck: {test: '${CHECK}'}}\n";
  expect(saidOf(`services:\n  web:\n${lines.map((it) => `    ${it}\n`).join("")}${db}`)).toEqual([
    "3 services.web.image undefined-variable",
    "4 services.web.volumes[0] undefined-variable",
    "5 services.web.network_mode undefined-variable",
    "7 services.db.healthcheck.test undefined-variable",
  ]);
});
