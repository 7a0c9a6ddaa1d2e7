import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";

const ROOT = join(__dirname, "../..");
const IMAGES = join(ROOT, "lab/images");

interface Service {
  readonly image: string;
  readonly ports?: readonly { readonly target: number }[];
  readonly healthcheck?: { readonly test: readonly string[] };
}

/** Every service of the Compose files, with the file it is from. */
const services = readdirSync(join(ROOT, "stacks"))
  .map((role) => join("stacks", role, "compose.yaml"))
  .filter((file) => existsSync(join(ROOT, file)))
  .flatMap((file) => {
    const compose = parse(readFileSync(join(ROOT, file), "utf8"), { merge: true }) as {
      readonly services: Readonly<Record<string, Service>>;
    };
    return Object.entries(compose.services).map(([name, service]) => ({ name: `${file} ${name}`, ...service }));
  });

function oci(...args: string[]): string {
  return execFileSync("node", [join(IMAGES, "oci.mjs"), ...args], { encoding: "utf8", stdio: "pipe" });
}

/** The catalogue's lines: recipe and options by reference. */
const catalogue = new Map(
  readFileSync(join(IMAGES, "catalog.txt"), "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"))
    .map((line) => {
      const [reference = "", recipe = "", ...options] = line.split(/\s+/);
      return [reference, { recipe, options: new Map(options.map((o) => [o.split("=")[0], o.replace(/^[^=]*=/, "")])) }];
    }),
);

test("the lab answers exactly the images for which the Compose files ask", () => {
  const references = oci("entries", join(IMAGES, "catalog.txt"))
    .trimEnd()
    .split("\n")
    .map((line) => line.split("\t")[0]);
  expect([...references].sort()).toEqual([...new Set(services.map(({ image }) => image))].sort());
});

test.each(services)(
  "$name: what answers has the ports and the health check's command",
  ({ image, ports, healthcheck }) => {
    const entry = catalogue.get(image);
    expect(entry).toBeDefined();
    if (entry?.recipe !== "standin") {
      return;
    } // real programs bring theirs
    const list = (key: string): string[] => entry.options.get(key)?.split(",") ?? [];
    const served = list("ports").map((port) => Number(port.replace("/tls", "")));
    expect(served).toEqual(expect.arrayContaining((ports ?? []).map(({ target }) => target)));
    const [, command = "", ...args] = healthcheck?.test ?? [];
    const name = command.replace(/^.*\//, "");
    expect(["wget", "curl", ...list("commands")]).toContain(name);
    const url = args.find((arg) => arg.startsWith("http://"));
    if (url === undefined) {
      return;
    }
    expect(list("ports")).toContain(new URL(url).port || "80"); // by plain HTTP
    expect(["/", ...list("paths")]).toContain(new URL(url).pathname);
  },
);

test("every recipe says what to unpack, what to run, and what it is", () => {
  for (const recipe of readdirSync(join(IMAGES, "recipes"), { withFileTypes: true }).filter((e) => e.isDirectory())) {
    const folder = join(IMAGES, "recipes", recipe.name);
    const config = JSON.parse(readFileSync(join(folder, "config.json"), "utf8")) as Record<string, unknown>;
    expect(config["Entrypoint"] ?? config["Cmd"]).toBeDefined();
    for (const name of ["packages", "fill", "program"]) {
      expect(readFileSync(join(folder, "recipe.sh"), "utf8")).toMatch(new RegExp(`^${name}\\(\\) {`, "m"));
    }
  }
});

describe("a catalogue with a mistake is refused with its line", () => {
  let folder = "";
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "catalogue-"))));
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  test.each([
    ["a/b:1 standin port=80", /catalog:2: a\/b:1: unknown port; known: ports, /],
    ["a/b:1", /catalog:2: a\/b:1 has no recipe/],
    ["a/b@sha256:00 standin", /a digest cannot be answered/],
  ])("%s", (line, message) => {
    const file = join(folder, "catalog");
    writeFileSync(file, `# a comment\n${line}\n`);
    expect(() => oci("entries", file)).toThrow(message);
  });
});
