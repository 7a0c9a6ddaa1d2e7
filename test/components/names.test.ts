import { mockEngine, registered } from "./register.js";
import type { Registration } from "./register.js";
mockEngine();
import { join } from "node:path";
import { isMap, parseDocument } from "yaml";
import { registerHost } from "../../components/roles.js";
import { buildHomelab } from "../../model/build.js";
import { readFrom } from "../../model/load.js";
import { OWN_TYPES, parseName, printName } from "../../model/resource-names.js";
import { ROLES, traitsOf } from "../../model/roles.js";
import { readDeclared } from "../../model/services/declared.js";
import { neededSecrets } from "../../model/services/secrets.js";
import type { HomelabModel, ReadFile } from "../../model/types.js";
import { HOST_KEY } from "../model/declare.js";

// The engine knows a deployed resource by its type and name. If this snapshot shows that one of them changed, what is
// deployed would be deleted and made again: give the resource an alias (the option `aliases`), and only then update the
// snapshot with `npx jest --selectProjects unit -u`. What is new, or no longer declared, needs none.

const STACK = "homelab";

/** The declaration of the project, with the names, host keys and secrets that only an owner has, and with backups. */
function complete(): { homelab: HomelabModel; secrets: Record<string, string> } {
  const read = readFrom([join(__dirname, "../..")]);
  const file = `Pulumi.${STACK}.yaml`;
  const stack = read(file);
  const document = parseDocument("text" in stack ? stack.text : "");
  document.setIn(["config", "homelab:domain"], "example.org");
  for (const name of ["WOODPECKER_ADMIN", "WOODPECKER_GITHUB_CLIENT"]) {
    document.setIn(["config", "homelab:values", name], "anna");
  }
  const names = document.getIn(["config", "homelab:hosts"]);
  for (const { key } of isMap(names) ? names.items : []) {
    document.setIn(["config", "homelab:hosts", String(key), "hostKey"], HOST_KEY);
  }
  document.setIn(["config", "homelab:backups"], {});
  const readAll: ReadFile = (it) => (it === file ? { text: String(document) } : read(it));
  const needed = neededSecrets(readDeclared(STACK, readAll)).map(({ name }) => name);
  for (const name of needed) {
    document.setIn(["config", "homelab:secrets", name], { secure: "v1:x" });
  }
  return {
    homelab: buildHomelab(STACK, readAll),
    secrets: Object.fromEntries(needed.map((name) => [name, "x"])),
  };
}

const {
  homelab: { hosts },
  secrets,
} = complete();

let resources: readonly Registration[];
beforeAll(async () => {
  resources = await registered(() => {
    hosts.forEach((host) => registerHost({ host, secrets }));
  });
});

test("types and names of the project's own declaration", () => {
  // Which version of an image it is does not matter here.
  const shown = (name: string): string => (name.includes("/image/") ? name.replace(/[:@][^/]*$/, "") : name);
  expect(resources.map(({ type, name }) => `${shown(name)}  ${type}`).sort()).toMatchSnapshot();
});

test("every name follows the grammar, and none is there twice", () => {
  const names = resources.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) {
    const parsed = parseName(name);
    expect([name, parsed && printName(parsed)]).toEqual([name, name]);
  }
});

test("a host is registered as the class of its role", async () => {
  const [first] = hosts;
  if (first === undefined) {
    throw new Error("no host");
  }
  const idle = { ...first, settings: [], services: [], images: [], networks: [], volumes: [] };
  const roles = [...ROLES, undefined];
  const made = await registered(() => {
    roles.forEach((role) => registerHost({ host: { ...idle, name: role ?? "plain", role }, secrets }));
  });
  const types = made.filter(({ name }) => !name.includes("/")).map(({ type }) => type);
  expect(types).toEqual(roles.map((role) => `${OWN_TYPES}${traitsOf(role).component}`));
});
