import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { REFUSED } from "../../model/compose/refused.js";
import { HomelabError } from "../../model/yaml/problem.js";
import type { Problem } from "../../model/yaml/problem.js";
import { model } from "./declare.js";

// Every key of the Compose specification is taken, or refused with a reason of its own and a way out; none is unknown. The
// schema is that of compose-go, see compose-spec/README.md.

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly definitions?: Readonly<Record<string, Schema>>;
}
const spec = JSON.parse(readFileSync(join(__dirname, "compose-spec/compose-spec.json"), "utf8")) as Schema;

/** Follows steps into a schema: names of properties, `[]` for entries of a list, `*` for values of any name. */
function keysAt(...steps: readonly string[]): string[] {
  let at: readonly Schema[] = [spec];
  const open = (it: Schema): Schema[] => {
    const target = it.$ref === undefined ? it : (spec.definitions?.[it.$ref.split("/").at(-1) ?? ""] ?? {});
    return [target, ...(target.oneOf ?? []).flatMap(open)];
  };
  for (const step of steps) {
    at = at.flatMap(open).flatMap((it) => {
      const found =
        step === "[]" ? it.items : step === "*" ? Object.values(it.patternProperties ?? {}) : it.properties?.[step];
      return found === undefined ? [] : Array.isArray(found) ? found : [found];
    });
  }
  return [...new Set(at.flatMap(open).flatMap((it) => Object.keys(it.properties ?? {})))];
}

type Data = Readonly<Record<string, unknown>>;
const service = (it: Data): Data => ({ services: { web: { image: "nginx:1.29", ...it } } });
const used = (section: string, it: Data): Data => ({ ...service({}), [section]: { one: it } });
const SERVICE = ["services", "*"];

/** Where keys are, what is refused there, and a file with one there. */
type Place = readonly [name: string, path: readonly string[], refused: readonly object[], fileWith: (it: Data) => Data];
const PLACES: readonly Place[] = [
  ["the file", [], [REFUSED.top], (it) => ({ ...service({}), ...it })],
  ["a service", SERVICE, [REFUSED.service], service],
  ["healthcheck", [...SERVICE, "healthcheck"], [], (it) => service({ healthcheck: { test: "x", ...it } })],
  ["logging", [...SERVICE, "logging"], [], (it) => service({ logging: it })],
  [
    "depends_on",
    [...SERVICE, "depends_on", "*"],
    [REFUSED["depends_on.NAME"]],
    (it) => service({ depends_on: { web: it } }),
  ],
  ["deploy", [...SERVICE, "deploy"], [REFUSED.deploy], (it) => service({ deploy: it })],
  ["deploy.resources", [...SERVICE, "deploy", "resources"], [], (it) => service({ deploy: { resources: it } })],
  [
    "limits",
    [...SERVICE, "deploy", "resources", "limits"],
    [],
    (it) => service({ deploy: { resources: { limits: it } } }),
  ],
  [
    "reservations",
    [...SERVICE, "deploy", "resources", "reservations"],
    [REFUSED["deploy.resources.reservations"]],
    (it) => service({ deploy: { resources: { reservations: it } } }),
  ],
  ["ports", [...SERVICE, "ports", "[]"], [], (it) => service({ ports: [{ target: 80, ...it }] })],
  ...(["volume", "bind", "tmpfs"] as const).map((type): Place => [
    `volumes of type ${type}`,
    [...SERVICE, "volumes", "[]"],
    [REFUSED["volumes[] (of a service)"]],
    (it) => service({ volumes: [{ target: "/x", ...it, type }] }),
  ]),
  [
    "volumes[].volume",
    [...SERVICE, "volumes", "[]", "volume"],
    [REFUSED["volumes[].volume"]],
    (it) => service({ volumes: [{ type: "volume", target: "/x", volume: it }] }),
  ],
  [
    "volumes[].bind",
    [...SERVICE, "volumes", "[]", "bind"],
    [REFUSED["volumes[].bind"]],
    (it) => service({ volumes: [{ type: "bind", source: "/a", target: "/x", bind: it }] }),
  ],
  [
    "volumes[].tmpfs",
    [...SERVICE, "volumes", "[]", "tmpfs"],
    [],
    (it) => service({ volumes: [{ type: "tmpfs", target: "/x", tmpfs: it }] }),
  ],
  [
    "networks of a service",
    [...SERVICE, "networks", "*"],
    [REFUSED["networks.NAME (of a service)"]],
    (it) => service({ networks: { default: it } }),
  ],
  ...(["configs", "secrets"] as const).map((kind): Place => [
    `${kind} of a service`,
    [...SERVICE, kind, "[]"],
    [REFUSED["configs[] and secrets[] (of a service)"]],
    (it) => service({ [kind]: [{ source: "a", ...it }] }),
  ]),
  ["networks", ["networks", "*"], [REFUSED.networks], (it) => used("networks", it)],
  ["ipam", ["networks", "*", "ipam"], [REFUSED["networks.NAME.ipam"]], (it) => used("networks", { ipam: it })],
  [
    "ipam.config",
    ["networks", "*", "ipam", "config", "[]"],
    [REFUSED["networks.NAME.ipam.config[]"]],
    (it) => used("networks", { ipam: { config: [it] } }),
  ],
  ["volumes", ["volumes", "*"], [REFUSED.volumes], (it) => used("volumes", it)],
  ["configs", ["configs", "*"], [REFUSED.configs], (it) => used("configs", it)],
  ["secrets", ["secrets", "*"], [REFUSED.secrets], (it) => used("secrets", it)],
];

function problemsWith(file: Data): readonly Problem[] {
  try {
    model(stringify(file));
  } catch (error) {
    if (error instanceof HomelabError) {
      return error.problems;
    }
    throw error;
  }
  return [];
}

describe.each(PLACES)("%s", (_, path, refused, fileWith) => {
  const keys = keysAt(...path).filter((key) => key !== "type");

  test.each(keys.map((key) => [key]))("%s is known", (key) => {
    const codes = problemsWith(fileWith({ [key]: 7 }))
      .filter((it) => it.path.endsWith(key))
      .map(({ code }) => code);
    expect(codes).not.toContain("unknown-key");
    expect([key, codes.includes("unsupported-key")]).toEqual([
      key,
      refused.some((it) => Object.hasOwn(it, key)) || isOfOtherType(key, codes),
    ]);
  });

  test("nothing is refused that there is not", () => {
    expect(refused.flatMap((it) => Object.keys(it)).filter((key) => !keys.includes(key))).toEqual([]);
  });
});

/** What is for another type of mount says so. */
const isOfOtherType = (key: string, codes: readonly string[]): boolean =>
  ["bind", "volume", "tmpfs", "source", "read_only", "nocopy"].includes(key) && codes.includes("unsupported-key");

test("each reason says what to write instead, or to remove it", () => {
  for (const reasons of Object.values(REFUSED)) {
    for (const [key, why] of Object.entries(reasons)) {
      expect([key, why]).toEqual([
        key,
        expect.stringMatching(/remove|write|use|name|mount|set|give|run|push|attach|copy|let/),
      ]);
    }
  }
});
