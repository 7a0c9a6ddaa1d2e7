import { parse } from "yaml";
import { convertCompose } from "../../scripts/add-service/convert.js";
import type { Converted } from "../../scripts/add-service/convert.js";

const COMMON = `x-log: &log {driver: json-file, options: {max-size: 10m}}
services:
  base: {restart: always, logging: *log, environment: {TZ: Etc/UTC, A: base}, cap_add: [NET_ADMIN]}
  web: {extends: base, image: 'nginx:1.29', volumes: ["/srv/a:/a", "/srv/b:/b"], command: [base], networks: [front]}
  round: {extends: {service: about}}
  about: {extends: {service: round}}
`;
const convert = (text: string): Converted =>
  convertCompose({
    stack: "test",
    text: `name: blog\nservices:\n${text}`,
    file: "docker-compose.yml",
    name: "blog",
    audience: [],
    look: (path) => (path === "common.yml" ? { kind: "file", text: COMMON, executable: false } : { kind: "missing" }),
  });
const service = (text: string, name = "app"): unknown =>
  (parse(convert(text).text, { merge: true }) as { services: Record<string, unknown> }).services[name];

test("a service has what it extends in another file, and its own values win", () => {
  const app = `  app:
    extends: {file: common.yml, service: web}
    image: 'a:1'
    environment: [A=own, "B=1"]
    volumes: [{type: bind, source: /own, target: /b}]
    command: [own]
    cap_add: [SYS_TIME]
    networks: {back: {aliases: [x]}}
`;
  expect(service(app)).toEqual({
    image: "a:1",
    environment: ["TZ=Etc/UTC", "A=own", "B=1"],
    volumes: ["/srv/a:/a", { type: "bind", source: "/own", target: "/b" }],
    command: ["own"],
    cap_add: ["NET_ADMIN", "SYS_TIME"],
    networks: { back: { aliases: ["x"] }, front: null },
    restart: "always",
    logging: { driver: "json-file", options: { "max-size": "10m" } },
  });
  expect(convert(app).changed).toContainEqual({
    line: 4,
    text: "app: extends: what web of common.yml says is here now",
  });
});

test.each([
  ["environment: {A: '1'}", "environment: [A=2, B=3]", { environment: { A: "1", B: "3" } }],
  ["environment: [A=1]", "environment: {A: 2, B: 3}", { environment: ["B=3", "A=1"] }],
  ["dns: 1.1.1.1", "dns: [8.8.8.8, 1.1.1.1]", { dns: ["8.8.8.8", "1.1.1.1"] }],
  ["command: own", "command: [a, b]", { command: "own" }],
  ["entrypoint: [own]", "entrypoint: other", { entrypoint: ["own"] }],
  [
    "healthcheck: {test: own}",
    "healthcheck: {test: [CMD, x], retries: 3}",
    { healthcheck: { test: "own", retries: 3 } },
  ],
  ["logging: {driver: local}", "logging: {driver: none, options: {a: b}}", { logging: { driver: "local" } }],
  ["networks: [a]", "networks: [b, a]", { networks: ["b", "a"] }],
  ["networks: [a]", "networks: {b: {aliases: [x]}}", { networks: { a: null, b: { aliases: ["x"] } } }],
  [
    "depends_on: [a]",
    "depends_on: {b: {condition: service_healthy}}",
    { depends_on: { a: { condition: "service_started" }, b: { condition: "service_healthy" } } },
  ],
  ["devices: [/dev/a:/dev/x]", "devices: [/dev/b:/dev/x, /dev/c]", { devices: ["/dev/c", "/dev/a:/dev/x"] }],
  ["restart: ", "restart: always", { restart: "always" }],
  [
    "deploy: {resources: {limits: {memory: 1g}}}",
    "cpus: 2",
    { cpus: 2, deploy: { resources: { limits: { memory: "1g" } } } },
  ],
])("%s extends %s", (own, base, both) => {
  expect(service(`  base: {image: 'b:1', ${base}}\n  app: {extends: base, image: 'a:1', ${own}}\n`)).toEqual({
    image: "a:1",
    ...both,
  });
});

test.each([
  ["{file: none.yml, service: web}", "there is no service web of none.yml here"],
  ["{file: common.yml, service: none}", "there is no service none of common.yml here"],
  ["{file: ../common.yml, service: web}", "there is no service web of ../common.yml here"],
  ["{file: common.yml, service: round}", "there is no service round of common.yml here"],
  ["none", "there is no service none here"],
])("extends: %s stays, and is work to do", (target, words) => {
  const { text, todo } = convert(`  app: {extends: ${target}, image: 'a:1'}\n`);
  expect(text).toContain("extends:");
  expect(todo.map((it) => it.text)).toEqual([
    `app: extends: ${words}; write what it says into app, and remove extends:`,
  ]);
});

test("volumes_from becomes the mounts of the other service, which starts first", () => {
  const file = `  data: {image: 'a:1', volumes: ["a:/a", "/srv/b:/b:rw", {type: volume, source: c, target: /c}]}
  app: {image: 'a:1', volumes: ["own:/a"], volumes_from: [data]}
  reader: {image: 'a:1', volumes_from: ["data:ro"]}
  other: {image: 'a:1', volumes_from: [none, "container:x"]}
`;
  expect(service(file)).toEqual({
    image: "a:1",
    volumes: ["/srv/b:/b:rw", { type: "volume", source: "c", target: "/c" }, "own:/a"],
    depends_on: ["data"],
  });
  expect(service(file, "reader")).toEqual({
    image: "a:1",
    volumes: ["a:/a:ro", "/srv/b:/b:ro", { type: "volume", source: "c", target: "/c", read_only: true }],
    depends_on: ["data"],
  });
  expect(service(file, "other")).toEqual({ image: "a:1", volumes_from: ["none", "container:x"] });
});

test("what is Swarm's goes also where an anchor brings it", () => {
  const { text } = convertCompose({
    stack: "test",
    text: `x-deploy: &deploy {mode: replicated, replicas: 1, restart_policy: {condition: any}, placement: {constraints: [a]}}
services:
  app: {image: 'a:1', deploy: {<<: *deploy, resources: {limits: {memory: 1g}}}, networks: [net], secrets: [key]}
  other: {image: 'a:1', deploy: *deploy}
networks: {net: {driver: overlay, attachable: true}}
secrets: {key: {external: true, name: app_key}}
`,
    file: "docker-compose.yml",
    name: "blog",
    audience: [],
    look: () => ({ kind: "missing" }),
  });
  const { services, networks, secrets, "x-secrets": sources } = parse(text, { merge: true }) as Record<string, unknown>;
  expect({ services, networks, secrets, sources }).toEqual({
    services: {
      app: {
        image: "a:1",
        deploy: { resources: { limits: { memory: "1g" } } },
        restart: "always",
        networks: ["net"],
        secrets: ["key"],
      },
      other: { image: "a:1", restart: "always" },
    },
    networks: { net: {} },
    secrets: { key: { environment: "KEY" } },
    sources: { KEY: { obtain: "the secret app_key, which docker-compose.yml had from Swarm" } },
  });
});

test("what a GPU is to be able to is in the variable of NVIDIA's toolkit", () => {
  const devices = "[{driver: nvidia, count: all, capabilities: [gpu, compute, utility]}]";
  expect(service(`  app: {image: 'a:1', deploy: {resources: {reservations: {devices: ${devices}}}}}\n`)).toEqual({
    image: "a:1",
    deploy: { resources: { reservations: { devices: [{ driver: "nvidia", count: "all", capabilities: ["gpu"] }] } } },
    environment: { NVIDIA_DRIVER_CAPABILITIES: "compute,utility" },
  });
  expect(service(`  app: {image: 'a:1', gpus: [{capabilities: [gpu, video]}], environment: [A=b]}\n`)).toEqual({
    image: "a:1",
    gpus: [{ capabilities: ["gpu"] }],
    environment: ["NVIDIA_DRIVER_CAPABILITIES=video", "A=b"],
  });
});

test("a file from further up is copied along", () => {
  const { text, files } = convertCompose({
    stack: "test",
    text: `services:\n  app: {image: 'a:1', volumes: ["../../config/app.conf:/etc/app.conf:ro", "../data:/data"]}\n`,
    file: "docker-compose.yml",
    name: "blog",
    audience: [],
    look: (path) => (path.endsWith(".conf") ? { kind: "file", text: "a\n", executable: false } : { kind: "directory" }),
  });
  expect([...files]).toEqual([["config/app.conf", "a\n"]]);
  expect(parse(text)).toMatchObject({ services: { app: { volumes: ["../data:/data"] } } });
  expect(text).toContain("file: ./config/app.conf");
});

test("numbers that other programs read otherwise are refused in a file that is extended, as in the file itself", () => {
  const text = "services:\n  app: {extends: {file: common.yml, service: base}}\n";
  const common = "services:\n  base:\n    image: a:1\n    environment: {UMASK: 022}\n";
  const converted = (): Converted =>
    convertCompose({
      stack: "test",
      text,
      file: "docker-compose.yml",
      name: "blog",
      audience: [],
      look: () => ({ kind: "file", text: common, executable: false }),
    });
  expect(converted).toThrow(
    expect.objectContaining({
      problems: [expect.objectContaining({ file: "common.yml", line: 4, code: "ambiguous-number" })],
    }) as Error,
  );
});

test("a file's mode stays octal", () => {
  const mounts = "volumes: [{type: tmpfs, target: /t, tmpfs: {mode: 01777}}], configs: [{source: c, mode: 0440}]";
  const own = convert(`  app: {image: 'a:1', ${mounts}}\nconfigs: {c: {content: x}}\n`).text;
  expect([own, parse(own)]).toEqual([
    expect.stringContaining("mode: 0o1777"),
    expect.objectContaining({
      services: { app: expect.objectContaining({ configs: [{ source: "c", mode: 0o440 }] }) as unknown },
    }),
  ]);
  const extended = convertCompose({
    stack: "test",
    text: "services:\n  app: {extends: {file: common.yml, service: base}}\n",
    file: "docker-compose.yml",
    name: "blog",
    audience: [],
    look: () => ({ kind: "file", text: `services:\n  base: {image: 'a:1', ${mounts}}\n`, executable: false }),
  });
  expect(parse(extended.text)).toMatchObject({ services: { app: { configs: [{ source: "c", mode: 0o440 }] } } });
});

test("what an env file says is text, also to programs that would read a date", () => {
  const { text } = convertCompose({
    stack: "test",
    text: "services:\n  app: {image: 'a:1', env_file: app.env}\n",
    file: "docker-compose.yml",
    name: "blog",
    audience: [],
    look: () => ({ kind: "file", text: "SINCE=2024-01-01\nSIZE=1_000\n", executable: false }),
  });
  expect(text).toMatch(/SINCE: "2024-01-01",?\s+SIZE: "1_000"/);
});

test("files of configs are copied along, but for those that nobody should see", () => {
  const texts: Readonly<Record<string, string>> = { "c.txt": "a\n", "conf/d.yml": "password: geheim77\n" };
  const { text, files } = convertCompose({
    stack: "test",
    text: "services:\n  app: {image: 'a:1', configs: [c, d, e]}\nconfigs: {c: {file: ./c.txt}, d: {file: ./conf/d.yml}, e: {file: ./none}}\n",
    file: "docker-compose.yml",
    name: "blog",
    audience: [],
    look: (path) => {
      const found = texts[path];
      return found === undefined ? { kind: "missing" } : { kind: "file", text: found, executable: false };
    },
  });
  expect([...files]).toEqual([["c.txt", "a\n"]]);
  expect(parse(text)).toMatchObject({
    configs: { c: { file: "./c.txt" }, d: { content: "${D_YML}" }, e: { file: "./none" } },
    "x-secrets": { D_YML: { obtain: "the content of ./conf/d.yml, which docker-compose.yml named" } },
  });
  expect(text).not.toContain("geheim77");
});
