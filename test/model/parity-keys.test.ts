import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { composeFile } from "../../model/compose/file.js";
import { service } from "../../model/compose/service.js";

// The file of test/lab/compose-parity, which is deployed by the program and by Compose, uses every key that the program
// supports.

/** No host of the lab has one: test/model/gpus.test.ts alone judges it. */
const NOT_THERE = ["gpus"];

const ownKeys = (map: object | null): string[] => Object.keys(map ?? {}).filter((key) => !key.startsWith("x-"));
const distinct = (list: readonly string[]): string[] => [...new Set(list)].sort();

const FILE = parse(readFileSync(join(__dirname, "../lab/parity/stack/compose.yaml"), "utf8"), {
  merge: true,
}) as Record<"services" | "networks" | "volumes" | "configs", Record<string, object | null>>;
const { networks, volumes, configs } = composeFile.unwrap().shape;

test.each([
  ["services", service.unwrap().shape, NOT_THERE],
  ["networks", networks.unwrap().unwrap().valueType.options[0].unwrap().shape, []],
  ["volumes", volumes.unwrap().unwrap().valueType.options[0].unwrap().shape, []],
  ["configs", configs.unwrap().unwrap().valueType.unwrap().shape, []],
] as const)("%s", (part, shape, except) => {
  const used = distinct(Object.values(FILE[part]).flatMap(ownKeys));
  expect(used).toEqual(distinct(ownKeys(shape)).filter((key) => !except.some((it) => it === key)));
});
