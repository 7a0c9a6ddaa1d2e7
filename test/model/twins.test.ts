import { buildHomelab } from "../../model/build.js";
import { HomelabError } from "../../model/yaml/problem.js";
import type { HostModel } from "../../model/types.js";
import { HOST_KEY } from "./declare.js";

const WATCHER = `
  watcher:
    image: watcher:1.0
    environment: {TOKEN: "\${TOKEN}"}
    networks: [updates]`;
const file = (services: string, rest = ""): string => `services:${services}
networks: {updates: }
x-secrets: {TOKEN: {generate: 20}}
${rest}`;
const A = file(`${WATCHER}\n  aa: {image: "a:1.0"}`);
const B = file(`${WATCHER}\n  bb: {image: "b:1.0"}`);

function build(files: Readonly<Record<string, string>>): HostModel | undefined {
  const config = `config:
  homelab:domain: example.org
  homelab:lan: {subnet: 10.0.0.0/24}
  homelab:hosts:
    pi: {address: 10.0.0.2, hostKey: "${HOST_KEY}", services: [${Object.keys(files).join(", ")}]}
  homelab:secrets: {TOKEN: {secure: v1:x}}
  homelab:projects: {a: {shared: [TOKEN]}, b: {shared: [TOKEN]}}
`;
  const all: Readonly<Record<string, string>> = { ...files, "Pulumi.test.yaml": config };
  return buildHomelab("test", (path) => {
    const text = all[path];
    return text === undefined ? { problem: "is missing" } : { text };
  }).hosts[0];
}

const problems = (files: Readonly<Record<string, string>>): string[] => {
  try {
    build(files);
    return [];
  } catch (error) {
    if (error instanceof HomelabError) {
      return error.problems.map(({ file: where, message }) => `${where}: ${message}`);
    }
    throw error;
  }
};

test("what two Compose files of a host declare in the same words runs once, as part of the first", () => {
  const host = build({ "a/compose.yaml": A, "b/compose.yaml": B });
  expect(host?.services.map(({ name, networks }) => [name, networks[0]?.name])).toEqual([
    ["watcher", "a_updates"],
    ["aa", "a_default"],
    ["bb", "b_default"],
  ]);
  expect(host?.networks.map(({ name }) => name)).toEqual(["a_default", "a_updates", "b_default"]);
});

test.each([
  ["its environment", B.replace('TOKEN: "${TOKEN}"}', 'TOKEN: "${TOKEN}", MORE: "1"}')],
  ["its network", B.replace("{updates: }", "{updates: {internal: true}}")],
  ["a neighbour in its network", B.replace('"b:1.0"', '"b:1.0", networks: [updates]')],
  ["a service that depends on it", B.replace('"b:1.0"', '"b:1.0", depends_on: [watcher]')],
  [
    "a volume of its own project",
    file(`${WATCHER}\n    volumes: ["data:/data"]\n  bb: {image: "b:1.0"}`, "volumes: {data: }"),
  ],
])("with another name to be found where what differs is %s", (_, other) => {
  const first = other.includes("data:/data") ? other : A;
  expect(problems({ "a/compose.yaml": first, "b/compose.yaml": other })).toEqual(
    expect.arrayContaining(['b/compose.yaml: a/compose.yaml has a container "watcher" on this host already']),
  );
});
