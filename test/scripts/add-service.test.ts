import { parse } from "yaml";
import { HomelabError } from "../../model/yaml/problem.js";
import { buildHomelab } from "../../model/build.js";
import type { Found } from "../../scripts/add-service/context.js";
import { convertCompose, projectName } from "../../scripts/add-service/convert.js";
import type { ConvertArgs, Converted } from "../../scripts/add-service/convert.js";
import { CONFIG } from "../model/declare.js";

const FILES: Readonly<Record<string, Found>> = {
  "./web.conf": { kind: "file", text: "listen 80\n", executable: false },
  "./start.sh": { kind: "file", text: "#!/bin/sh\n", executable: true },
  "./data": { kind: "directory" },
  "web.env": { kind: "file", text: "LOG=info # how much\nexport Q='a $b'\nPORT=1\n", executable: false },
  ".env": { kind: "file", text: "DB_USER=bob\nADMIN_TOKEN=from-dotenv\n", executable: false },
};

function convert(text: string, args: Partial<ConvertArgs> = {}): Converted {
  const look = (path: string): Found => FILES[path] ?? { kind: "missing" };
  return convertCompose({ stack: "test", text, file: "docker-compose.yml", name: "blog", audience: [], look, ...args });
}

/** A file with one service of which the given lines are part. */
const service = (...lines: string[]): string =>
  `name: blog\nservices:\n  web:\n    image: nginx:1.29\n${lines.map((line) => `    ${line}\n`).join("")}`;

const notes = ({ changed, todo, unstated }: Converted): string[] =>
  [...changed, ...todo, ...unstated].map(({ line, text }) => `${line}: ${text}`);

test("a file that can be read already stays as it is, with its comments and order", () => {
  const text = `# The blog\n\nname: blog\n\nservices:\n  # the web part\n  web:\n    image: nginx:1.29 # pinned\n    restart: always\n    container_name: my-blog\n`;
  const converted = convert(text);
  expect(converted.text).toBe(text);
  expect(notes(converted)).toEqual([]);
});

test("version goes, a name comes, and what is said of the whole file stays at its head", () => {
  const { text } = convert(`# The blog\nversion: "3.8"\nservices:\n  # the web part\n  web:\n    image: nginx:1.29\n`);
  expect(text).toBe(`# The blog\n\nname: blog\nservices:\n  # the web part\n  web:\n    image: nginx:1.29\n`);
});

test("--name holds against the file's own name", () => {
  expect(convert("name: other\nservices: {}\n", { rename: true }).text).toBe("name: blog\nservices: {}\n");
  expect(convert("name: other\nservices: {}\n").name).toBe("other");
});

test.each([
  ["My Blog!", "myblog"],
  ["_x-1", "x-1"],
  ["...", "service"],
])("the project of directory %j is %j", (directory, name) => {
  expect(projectName(directory)).toBe(name);
});

test.each<[string[], string[]]>([
  [["expose: [80]"], []],
  [["pull_policy: always"], []],
  [["scale: 1"], []],
  [["scale: 2"], ["scale: 2"]],
  [["links: [db]"], ["depends_on:", "  - db"]],
  [["links: [db]", "depends_on: [db]"], ["depends_on: [ db ]"]],
  [["deploy: {replicas: 1, restart_policy: {condition: on-failure}}"], ["restart: on-failure"]],
  [
    ["deploy: {mode: replicated, resources: {limits: {memory: 1g}}}"],
    ["deploy: { resources: { limits: { memory: 1g } } }"],
  ],
  [["build: ."], ["build: ."]],
  [
    ["labels:", "  - a=b", "  - com.centurylinklabs.watchtower.enable=true"],
    ["labels:", "  - a=b", "x-homelab:", "  updates: automatic"],
  ],
  [["labels: {com.centurylinklabs.watchtower.enable: false}"], ["x-homelab:", "  updates: pinned"]],
  [
    ["labels: [ 'com.centurylinklabs.watchtower.enable=${AUTO}' ]"],
    ["labels: [ 'com.centurylinklabs.watchtower.enable=${AUTO}' ]"],
  ],
  [
    ["ports:", '  - "8080:80" # the page'],
    ["ports:", '  - { target: 80, published: "8080", protocol: tcp } # the page'],
  ],
  [
    ["ports:", '  - "127.0.0.1:53:53/udp"'],
    ["ports:", '  - { target: 53, published: "53", protocol: udp, host_ip: 127.0.0.1, x-audience: [ localhost ] }'],
  ],
  [
    ["ports:", '  - "${PORT}:80"'],
    ["ports:", '  - "${PORT}:80"'],
  ],
  [
    ["volumes:", "  - media:/media:ro,cached"],
    ["volumes:", "  - media:/media:ro"],
  ],
  [
    ["environment:", "  TZ:", "  A: $B"],
    ["environment:", "  TZ: ${TIMEZONE}", "  A: ${B}"],
  ],
  [
    ["environment:", "  - TZ", "  - A=${b-c}"],
    ["environment:", "  - TZ=${TIMEZONE}", "  - A=${b-c}"],
  ],
  [
    ["environment:", "  A: a$$b"],
    ["environment:", "  A: a$$b"],
  ],
  [["env_file: web.env"], ["environment:", "  LOG: info", "  Q: a $$b", '  PORT: "1"']],
  [
    ["env_file: [web.env]", "environment:", "  - PORT=2"],
    ["environment:", "  - PORT=2", "  - LOG=info", "  - Q=a $$b"],
  ],
])("%j becomes %j", (before, after) => {
  expect(convert(service(...before)).text).toBe(service(...after));
});

test("ports get the audience that is given, and ask for one that is not", () => {
  const text = service("ports:", '  - "8080:80"', "  - {target: 81, x-audience: [tailnet]}");
  expect(convert(text, { audience: ["lan", "tailnet"] }).text).toBe(
    service(
      "ports:",
      '  - { target: 80, published: "8080", protocol: tcp, x-audience: [ lan, tailnet ] }',
      "  - { target: 81, x-audience: [ tailnet ] }",
    ),
  );
  expect(convert(text).unstated).toEqual([
    { line: 6, text: expect.stringContaining("web: who may reach 80: x-audience: [lan]") as string },
  ]);
});

test.each([
  ["nginx", true],
  ["ghcr.io:443/a/nginx", true],
  ["nginx:latest", true],
  ["nginx:1.29", false],
  ["nginx@sha256:abc", false],
  ["nginx:${TAG}", false],
])("image %s without a version: %s", (image, asked) => {
  expect(convert(`services: {web: {image: "${image}"}}\n`).unstated.length).toBe(asked ? 1 : 0);
});

test("another name by a link becomes an alias", () => {
  const { text, todo } = convert(
    "services:\n  web:\n    image: a:1\n    links: [db:database]\n  db:\n    image: b:1\n  x:\n    image: c:1\n    links: [db:base]\n",
  );
  expect(text).toContain(
    "db:\n    image: b:1\n    networks:\n      default:\n        aliases:\n          - database\n          - base\n",
  );
  expect(todo).toEqual([]);
});

test("what comes by an anchor is not lost where the service says more", () => {
  const { text } = convert(
    "x-c: &c\n  env_file: web.env\n  depends_on: [db]\nservices:\n  web:\n    <<: *c\n    image: a:1\n    links: [cache]\n    environment: {A: b}\n",
  );
  expect(text).toContain("x-c: &c\n  depends_on: [ db ]\n");
  expect(text).toContain('environment: { A: b, LOG: info, Q: a $$b, PORT: "1" }');
  expect(text).toContain("depends_on: [ db, cache ]");
});

test("a file beside it is copied and becomes a config, a directory is the owner's to place", () => {
  const converted = convert(
    service(
      "volumes:",
      "  - ./web.conf:/etc/web.conf:ro",
      "  - ./start.sh:/start.sh",
      "  - ./data:/data",
      "  - ./none:/none",
    ),
  );
  expect([...converted.files]).toEqual([
    ["web.conf", "listen 80\n"],
    ["start.sh", "#!/bin/sh\n"],
  ]);
  expect(converted.text).toContain("volumes:\n      - ./data:/data\n      - ./none:/none\n");
  expect(converted.text).toContain('- source: blog-start.sh\n        target: /start.sh\n        mode: "0555"\n');
  expect(converted.text).toContain("configs:\n  blog-web.conf: { file: ./web.conf }\n");
  expect(converted.todo).toEqual([]);
  expect([...converted.data]).toEqual([["data", "/var/lib/homelab-data/blog/data"]]);
  expect(converted.changed.at(-2)).toEqual({
    line: 8,
    text: "web: ./data is /var/lib/homelab-data/blog/data on the host",
  });
  expect(converted.changed.at(-1)).toEqual({
    line: 9,
    text: "web: ./none, which is not here, begins as an empty directory, /var/lib/homelab-data/blog/none on the host",
  });
});

test("values that look like secrets are not copied: equal ones become one secret", () => {
  const converted = convert(
    'services:\n  web:\n    image: a:1\n    environment:\n      DB_PASSWORD: hunter2\n      KEY_FILE: /run/x\n      API_KEY:\n      DEBUG_TOKEN: "false"\n      DATABASE_URL: postgres://u:other@db/x\n' +
      '  db:\n    image: b:1\n    environment: [POSTGRES_PASSWORD=hunter2, "ADMIN_TOKEN=${ADMIN_TOKEN}"]\n',
  );
  expect(converted.text).not.toMatch(/hunter2|other|from-dotenv/);
  expect(notes(converted).join("\n")).not.toMatch(/hunter2|other@|from-dotenv/);
  expect(converted.text).toContain("DB_PASSWORD: ${DB_PASSWORD}\n");
  expect(converted.text).toContain("POSTGRES_PASSWORD=${DB_PASSWORD}");
  expect(converted.text).toContain("DATABASE_URL: ${DATABASE_URL}\n");
  expect(converted.text).toContain("KEY_FILE: /run/x\n");
  expect(converted.text).toContain("obtain: the value of DB_PASSWORD in line 5 of docker-compose.yml");
  expect(converted.text).toContain(
    "ADMIN_TOKEN:\n    obtain: the value of ADMIN_TOKEN in the .env beside docker-compose.yml\n",
  );
});

test("an env file that is not there keeps the check from passing", () => {
  expect(convert(service("env_file: [none.env, web.env]")).text).toContain("env_file:\n      - none.env\n");
});

test.each([
  ["restart: always", "{condition: on-failure, max_attempts: 3}", "on-failure:3"],
  ["restart: always", "{condition: none}", "no"],
  ["init: true", "{delay: 5s}", "always"],
])("%s and deploy.restart_policy %s: what counts to Compose is kept", (line, policy, restart) => {
  expect(convert(service(line, `deploy: {restart_policy: ${policy}}`)).text).toContain(`restart: ${restart}\n`);
});

test.each([
  ["networks: [a]", "networks: [b, a]", { b: null, a: { aliases: ["mongo"] } }],
  ["networks: [a]", "networks: {a: }", { a: { aliases: ["mongo"] } }],
  ["networks: {a: }", "networks: {a: {aliases: [x]}, b: }", { a: { aliases: ["x", "mongo"] }, b: null }],
  [
    "networks: {a: }",
    "networks: {a: {ipv4_address: 172.30.0.5}}",
    { a: { ipv4_address: "172.30.0.5", aliases: ["mongo"] } },
  ],
  ["networks: [a]", "networks: [b]", ["b"]],
  ["init: true", "networks: [b]", ["b"]],
])("a link by another name: %s to %s", (own, its, networks) => {
  const lines = ["links: ['db:mongo']", own];
  const { text, todo } = convert(`${service(...lines)}  db:\n    image: b:1\n    ${its}\n`);
  expect((parse(text) as { services: { db: { networks: unknown } } }).services.db.networks).toEqual(networks);
  expect(todo).toHaveLength(Array.isArray(networks) ? 1 : 0);
});

test("a path that leaves the file's directory and comes back is one below it", () => {
  const volumes = "volumes: ['../home/data:/a', '../other/data:/b', {type: bind, source: ../home/x, target: /c}]";
  const { text, changed } = convert(service(volumes), { look: () => ({ kind: "missing" }), directory: "home" });
  expect(text).toContain("[ './data:/a', '../other/data:/b', { type: bind, source: ./x, target: /c } ]");
  expect(changed.map((it) => it.text)).toContain(
    "web: ./data, which is not here, begins as an empty directory, /var/lib/homelab-data/blog/data on the host",
  );
});

test("directories of one name in two places stay two", () => {
  const volumes = "volumes: ['./a/data:/a', './b/data/:/b', './b/data:/c', './a/data/more:/d']";
  const { data } = convert(service(volumes), { look: () => ({ kind: "directory" }) });
  expect([...data]).toEqual([
    ["a/data", "/var/lib/homelab-data/blog/a/data"],
    ["b/data", "/var/lib/homelab-data/blog/b/data"],
  ]);
});

test("data outlive the service, and what is external is named", () => {
  const { text, todo, changed } = convert(
    "services: {}\nvolumes:\n  a:\n  b: {driver: local}\n  c: {external: {name: other}}\nnetworks:\n  n: {external: true, driver: bridge, enable_ipv6: true}\n",
  );
  expect(text).toContain(
    "  a: { x-stateful: true }\n  b: { driver: local, x-stateful: true }\n  c: { external: true, name: other }\n",
  );
  expect(text).toContain("  n: { external: true, name: n }\n");
  expect(todo.map(({ text }) => text)).toEqual([
    expect.stringContaining("docker volume create other"),
    expect.stringContaining("docker network create n"),
  ]);
  expect(changed.map(({ text }) => text)).toContain(
    "enable_ipv6: removed, the network is external, and so as it was made",
  );
});

test("secret files become secrets of the stack", () => {
  const { text } = convert("services: {}\nsecrets:\n  db-password: {file: ./pw.txt}\n");
  expect(text).toContain("  db-password: { environment: DB_PASSWORD }\n");
  expect(text).toContain("obtain: the content of ./pw.txt, which docker-compose.yml named\n");
});

test("what comes out is read without a problem once all is stated", () => {
  const { text, files } = convert(
    'version: "3"\nservices:\n  web:\n    image: nginx:1.29\n    expose: [80]\n    ports: ["8080:80"]\n    env_file: web.env\n    volumes: ["./web.conf:/etc/web.conf", "data:/data"]\nvolumes:\n  data:\n',
    { audience: ["lan"] },
  );
  const all: Record<string, string> = { "Pulumi.test.yaml": CONFIG, "stacks/nas/compose.yaml": text };
  files.forEach((content, path) => (all[`stacks/nas/${path}`] = content));
  const { hosts } = buildHomelab("test", (file) => {
    const content = all[file];
    return content === undefined ? { problem: "is missing" } : { text: content };
  });
  expect(hosts[0]?.services[0]?.files).toMatchObject([{ path: "/etc/web.conf", content: "listen 80\n" }]);
  expect(hosts[0]?.volumes).toMatchObject([{ name: "blog_data", stateful: true }]);
});

test.each(["a: [", "services: {a: {}, a: {}}", ""])("%j is refused with its line", (text) => {
  expect(() => convert(text)).toThrow(HomelabError);
});

test.each(["[]", "x", "services: []", "services: {a: }", "services: {a: {ports: 3, volumes: {}, environment: x}}"])(
  "%j is left to the check",
  (text) => {
    expect(() => convert(text)).not.toThrow();
  },
);
