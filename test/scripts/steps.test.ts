import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { beyond, packed, stepsOf, unpacked } from "../../scripts/lib/plan/steps.js";
import { printName } from "../../model/resource-names.js";

const NAME = printName({ kind: "container", host: "pi5", name: "homepage" });
const urn = (name: string): string => `urn:pulumi:lab::homelab::some:type::${name}`;

const step = (op: string, inputs: object, diffs: readonly string[] = [], name = NAME): EngineEvent =>
  ({ resourcePreEvent: { metadata: { op, urn: urn(name), diffs, new: { inputs } } } }) as unknown as EngineEvent;

const update = (image: string, env = "a"): EngineEvent =>
  step("update", { image, envs: [env], name: "homepage" }, env === "a" ? ["image"] : ["image", "envs[0]"]);

test("a plan is what is done to resources, and what becomes of their properties; not what is left as it is", () => {
  const host = printName({ kind: "host", host: "pi5" });
  const steps = stepsOf([
    step("same", { image: "a:1" }),
    step("create", {}, [], host),
    step("create", {}, [], "default"),
    {},
  ] as EngineEvent[]);
  expect(steps).toEqual({});
  const changed = stepsOf([update("a:2", "b")]);
  expect(Object.keys(changed)).toEqual([NAME]);
  expect(changed[NAME]).toMatchObject({ action: "update", properties: { image: expect.any(String) as string } });
  expect(Object.keys(changed[NAME]?.properties ?? {})).toEqual(["envs", "image"]);
});

test.each<[what: string, shown: EngineEvent[], now: EngineEvent[], more: string[]]>([
  ["the same", [update("a:2")], [update("a:2")], []],
  ["the same, with its keys in another order", [step("create", { a: 1, b: 2 })], [step("create", { b: 2, a: 1 })], []],
  [
    "the same, at another time",
    [step("update", { a: "apply ssh # 2026-11-30T10:00:00.000Z" }, ["a"])],
    [step("update", { a: "apply ssh # 2026-11-30T11:30:00.125Z" }, ["a"])],
    [],
  ],
  ["less", [update("a:2")], [], []],
  ["fewer properties", [update("a:2", "b")], [update("a:2")], []],
  ["an update in the place of a replacement", [step("replace", { image: "a:2" }, ["image"])], [update("a:2")], []],
  ["something else", [], [update("a:2")], [`${NAME}: update`]],
  ["another value", [update("a:2")], [update("a:3")], [`${NAME}: update, with another image than in the preview`]],
  [
    "more properties",
    [update("a:2")],
    [update("a:2", "b")],
    [`${NAME}: update, with another envs than in the preview`],
  ],
  [
    "a replacement in the place of an update",
    [update("a:2")],
    [step("create-replacement", { image: "a:2" }, ["image"])],
    [`${NAME}: replace, and the preview has update`],
  ],
  ["a deletion", [update("a:2")], [step("delete", {})], [`${NAME}: delete, and the preview has update`]],
  [
    "another new one",
    [step("create", { a: 1 })],
    [step("create", { a: 2 })],
    [`${NAME}: create, with another a than in the preview`],
  ],
])("of %s, what goes beyond what was shown is said", (_, shown, now, more) => {
  expect(beyond(stepsOf(shown), stepsOf(now))).toEqual(more);
});

test("a plan travels in a comment, and what is none is not taken for one", () => {
  const steps = stepsOf([update("a:2", "b")]);
  expect(unpacked(packed(steps))).toEqual(steps);
  for (const wrong of ["", "AAAA", Buffer.from("{}").toString("base64"), packed({ x: { action: "no" } } as never)]) {
    expect(unpacked(wrong)).toBeUndefined();
  }
});
