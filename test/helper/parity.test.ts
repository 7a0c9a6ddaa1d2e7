import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { HELPER, HELPER_BIN, PROTOCOL } from "../../model/helper.js";
import { SERVICE_LABEL } from "../../model/labels.js";
import { SETTINGS } from "../../model/settings/index.js";
import { FakeHost, HELPER_SOURCE } from "./fake-host.js";

// The program and the helper each say for themselves what they take, so that a mistake of the one is refused by the other.
// Here they are held against each other.

const read = (file: string): string => readFileSync(join(HELPER_SOURCE, file), "utf8");
/** The value that a shell script gives a variable. */
const assigned = (file: string, name: string): string | undefined =>
  new RegExp(`^${name}=(\\S+)( #.*)?$`, "m").exec(read(file))?.[1];

const host = new FakeHost();
afterAll(() => {
  host.remove();
});

test("both know the same settings, which of them are guarded, and which files they may write", async () => {
  const { stdout, stderr } = await host.run(join(__dirname, "facts.sh"));
  expect(stderr).toBe("");
  const theirs = stdout
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [name = "", guarded, files = ""] = line.split("\t");
      return { name, guarded: guarded === "true", files: files.trim().split(" ").filter(Boolean).sort() };
    });
  const ours = SETTINGS.map(({ name, guarded = false, files }) => ({ name, guarded, files: [...files].sort() }));
  const byName = (settings: typeof ours): typeof ours => [...settings].sort((a, b) => (a.name < b.name ? -1 : 1));
  expect(byName(theirs)).toEqual(byName(ours));
});

test("a setting has the same name in both", () => {
  const files = readdirSync(join(__dirname, "../../model/settings"))
    .map((file) => file.replace(/\.ts$/, ""))
    .filter((file) => file !== "index" && file !== "setting");
  expect(files.sort()).toEqual(SETTINGS.map(({ name }) => name).sort());
});

test("both speak the same protocol", () => {
  expect(assigned("helper", "PROTOCOL")).toBe(String(PROTOCOL));
});

test("the helper is where the program looks for it", () => {
  const lib = assigned("helper", "LIB") ?? "";
  expect(`${lib}/bin`).toBe(HELPER_BIN);
  expect(assigned("bootstrap.sh", "LIB")).toBe(lib);
  const door = assigned("lib/accounts.sh", "DOOR") ?? "";
  expect(HELPER.at(-1)).toBe(door);
  for (const unit of readdirSync(join(HELPER_SOURCE, "units"))) {
    for (const [, program = ""] of read(`units/${unit}`).matchAll(/^Exec\w+=(\S+)/gm)) {
      expect([door, ...readdirSync(join(HELPER_SOURCE, "bin")).map((name) => `${HELPER_BIN}/${name}`)]).toContain(
        program,
      );
    }
  }
});

test("the helper's directories are constants that no environment changes", () => {
  const [head = ""] = read("helper").split('. "$LIB');
  for (const name of ["ROOT", "LIB", "STATE"]) {
    expect(head).toMatch(new RegExp(`^${name}=[/a-z]*( #.*)?$`, "m"));
    expect(head.split(`${name}=`)).toHaveLength(2);
  }
});

test("both know a container of ours by the same label", () => {
  const files = ["lib/containers.sh", ...readdirSync(join(HELPER_SOURCE, "bin")).map((name) => `bin/${name}`)];
  const labels = files.flatMap((file) =>
    [...read(file).matchAll(/(?:label=|LABEL=|Labels ")([\w.-]+)/gi)].map(([, label]) => label),
  );
  expect(labels.length).toBeGreaterThan(4);
  expect(new Set(labels)).toEqual(new Set([SERVICE_LABEL]));
});
