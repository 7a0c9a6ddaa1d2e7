import { parse } from "yaml";
import { buildHomelab } from "../../model/build.js";
import { convertCompose } from "../../scripts/add-service/convert.js";
import type { Converted } from "../../scripts/add-service/convert.js";
import { CONFIG } from "../model/declare.js";

const convert = (text: string): Converted =>
  convertCompose({
    stack: "test",
    text,
    file: "docker-compose.yml",
    name: "blog",
    audience: ["lan"],
    look: () => ({ kind: "missing" }),
  });

const services = (text: string): Record<string, unknown> =>
  (parse(convert(text).text, { merge: true }) as { services: Record<string, unknown> }).services;

test.each([
  ["Web", "web"],
  ["w", "blog-w"],
  ["W", "blog-w"],
  ["_web.1", "web.1"],
  ["...", "blog-service"],
  ["7", "blog-7"],
  ["Web_Server.1", "web_server.1"],
  ["X".repeat(70), "x".repeat(64)],
])("a service called %s becomes %s, and is still found by its name", (name, allowed) => {
  const { text, changed } = convert(`services:\n  # the page\n  ${name}: {image: 'nginx:1.29'}\n`);
  const isHostName = name !== "..." && name.length < 64;
  const alias = isHostName ? `, networks: { default: { aliases: [ ${JSON.stringify(name)} ] } }` : "";
  expect(text.replaceAll(`"`, "")).toBe(
    `name: blog\nservices:\n  # the page\n  ${allowed}: { image: 'nginx:1.29'${alias} }\n`.replaceAll(`"`, ""),
  );
  const found = isHostName ? `, and its networks still know it as ${name}` : "";
  expect(changed).toContainEqual({ line: 3, text: `the service ${name} is now ${allowed}${found}` });
});

test("a name that the file has already is not taken", () => {
  expect(
    Object.keys(services("services:\n  web: {image: 'a:1'}\n  Web: {image: 'a:2'}\n  WEB: {image: 'a:3'}\n")),
  ).toEqual(["web", "web-2", "web-3"]);
});

test("what refers to a service follows its new name", () => {
  const file = `x-common: &common {depends_on: [DB]}
services:
  DB: {image: 'a:1', networks: [back, front], container_name: TheDB}
  V: {image: 'vpn:1'}
  app: {<<: *common, image: 'a:1', networks: [back], links: ["DB:database"]}
  user: {image: 'a:1', network_mode: "service:V", depends_on: {DB: {condition: service_started}, V: }}
  other: {image: 'a:1', volumes_from: ["DB:ro", "container:DB"], extends: {service: NONE}, environment: {URL: "http://DB:80"}}
  last: {image: 'a:1', extends: {service: DB, file: none.yml}, links: [DB, app]}
`;
  expect(services(file)).toEqual({
    db: {
      image: "a:1",
      container_name: "TheDB",
      networks: { back: { aliases: ["DB", "database"] }, front: { aliases: ["DB"] } },
    },
    "blog-v": { image: "vpn:1", networks: { default: { aliases: ["V"] } } },
    app: { image: "a:1", networks: ["back"], depends_on: ["db"] },
    user: {
      image: "a:1",
      network_mode: "service:blog-v",
      depends_on: { db: { condition: "service_started" }, "blog-v": null },
    },
    other: {
      image: "a:1",
      depends_on: ["db"],
      volumes_from: ["container:DB"],
      extends: { service: "NONE" },
      environment: { URL: "http://DB:80" },
    },
    last: { image: "a:1", extends: { service: "DB", file: "none.yml" }, depends_on: ["db", "app"] },
  });
});

test("the check has nothing to say of names that Compose takes", () => {
  const { text } = convert(`services:
  Web: {image: 'nginx:1.29', ports: ["80:80"], networks: [Front], configs: [Page]}
  v: {image: 'vpn:1'}
  user: {image: 'a:1', network_mode: "service:v", volumes: ["Data:/d"]}
networks: {Front: }
volumes: {Data: }
configs: {Page: {content: hello}}
`);
  const files: Readonly<Record<string, string>> = {
    "Pulumi.test.yaml": CONFIG.replace("role: nas", "services: [my/blog/compose.yaml]"),
    "my/blog/compose.yaml": text,
  };
  const { hosts } = buildHomelab("test", (path) => ({ text: files[path] ?? "" }));
  const [host] = hosts.filter((it) => it.services.length > 0);
  expect(host?.services.map(({ name, networkOf }) => [name, networkOf])).toEqual([
    ["web", undefined],
    ["blog-v", undefined],
    ["user", "blog-v"],
  ]);
  expect(host?.networks.map(({ name }) => name)).toEqual(["blog_default", "blog_Front"]);
});
