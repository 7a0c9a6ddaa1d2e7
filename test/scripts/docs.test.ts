import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import type { ValidateFunction } from "ajv";
import { parse } from "yaml";
import { schemas, schemaText } from "../../scripts/docs/schemas.js";
import { DOCUMENT, withTable } from "../../scripts/docs/watched.js";
import { PROGRAM } from "../../scripts/lib/project.js";

test("the table of what is watched is that of the settings: `npm run docs` writes it", () => {
  const text = readFileSync(join(PROGRAM, DOCUMENT), "utf8");
  expect(text).toBe(withTable(text));
});

describe("the schemas for editors", () => {
  test.each(Object.entries(schemas()))("%s is that of the program: `npm run docs` writes it", (name, schema) => {
    expect(readFileSync(join(PROGRAM, name), "utf8")).toBe(schemaText(schema));
  });

  const validator = (name: string): ValidateFunction =>
    new Ajv({ strict: false, validateFormats: false }).compile(schemas()[`schemas/${name}.json`] ?? false);
  const stack = validator("stack");
  const compose = validator("compose");
  const read = (file: string): unknown => parse(readFileSync(join(PROGRAM, file), "utf8"), { merge: true });

  const OWN: readonly (readonly [file: string, valid: ValidateFunction])[] = [
    ["Pulumi.homelab.yaml", stack],
    ...["nas", "ci", "media", "agent"].map((role) => [`stacks/${role}/compose.yaml`, compose] as const),
  ];
  test.each(OWN)("%s is valid, and names its schema", (file, valid) => {
    expect([valid(read(file)), valid.errors]).toEqual([true, null]);
    const text = readFileSync(join(PROGRAM, file), "utf8");
    const [, schema = ""] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text) ?? [];
    expect(Object.keys(schemas())).toContain(join(file, "..", schema));
  });

  const own = (config: object): unknown => ({
    config: {
      "homelab:domain": "a.example",
      "homelab:lan": { subnet: "192.168.1.0/24" },
      "homelab:hosts": {},
      ...config,
    },
    encryptionsalt: "v1:x",
  });
  const service = (it: object): unknown => ({ services: { web: { image: "nginx:1.29", ...it } } });
  const CASES: readonly (readonly [valid: ValidateFunction, data: unknown, expected: boolean])[] = [
    [stack, own({ "pulumi:x": 1 }), true],
    [stack, own({ "homelab:timezon": "Europe/Berlin" }), false],
    [stack, own({ "homelab:hosts": { pi: { adress: "192.168.1.2" } } }), false],
    [stack, own({ "homelab:hosts": { pi: { address: "192.168.1.2", role: "NAS" } } }), false],
    [stack, own({ "homelab:domain": "example" }), false],
    [compose, service({ mem_limit: "${MEMORY}", privileged: "${YES}", container_name: "${NAME}" }), true],
    [compose, service({ cpu_shares: "many" }), false],
    [compose, service({ container_name: "not this" }), false],
    [compose, service({ enviroment: {} }), false],
    [compose, service({ "x-mine": {}, "x-homelab": { updates: "sometimes" } }), false],
    [compose, { ...(service({}) as object), "x-common": { restart: "always" } }, true],
  ];
  test("what the program takes is valid, and what it refuses by form is not", () => {
    expect(CASES.map(([valid, data]) => [data, valid(data)])).toEqual(CASES.map(([, ...rest]) => rest));
  });
});
