import { readFileSync, readdirSync } from "node:fs";
import { SETTING_CODES } from "../../model/drift/codes.js";
import { readReport } from "../../model/drift/report.js";
import { PROTOCOL } from "../../model/helper.js";

const report = (more: object = {}): string =>
  JSON.stringify({
    protocol: PROTOCOL,
    settings: { ssh: { digest: "ab", state: "applied", drift: [] } },
    containers: [],
    networks: [{ name: "n", id: "ab", record: "own" }],
    images: ["nginx:1.29"],
    volumes: null,
    declared: null,
    files: [],
    listening: ["22/tcp"],
    foreign: [],
    ...more,
  });

const drift = (difference: unknown): object => ({
  settings: { ssh: { digest: "ab", state: "applied", drift: [difference] } },
});

test.each<[string, string, object]>([
  ["this protocol", "ok", {}],
  ["protocol 1, which has no codes and no put-file", "helper too old", { protocol: 1 }],
  ["a newer one", "program too old", { protocol: PROTOCOL + 1, settings: "otherwise" }],
  ["what a later helper adds", "ok", { more: 1 }],
  ["a part that is missing", "failed", { listening: undefined }],
  ["Docker that does not answer", "ok", { containers: null, networks: null }],
  ["a difference", "ok", drift({ code: "changed", item: "/etc/x", words: "its mode is 600" })],
  ["a difference of a kind that nobody knows", "failed", drift({ code: "strange", item: "", words: "x" })],
  ["a difference in words only", "failed", drift("x")],
  ["an ID that is none", "failed", { networks: [{ name: "n", id: "$(reboot)", record: "none" }] }],
])("%s: %s", (_, status, more) => {
  expect(readReport(report(more)).status).toBe(status);
});

test.each(["", "hello", "[]", "{}", '{"protocol":"1"}'])("%j is no report", (text) => {
  expect(readReport(text)).toMatchObject({ status: "failed" });
});

test("what is wrong with a report is said shortly", () => {
  expect(readReport(report({ containers: 7 }))).toMatchObject({
    reason: expect.stringMatching(/containers: /) as unknown,
  });
  const flood = readReport("x".repeat(10_000));
  expect("reason" in flood ? flood.reason.length : 0).toBeLessThan(300);
});

test("every code that the helper says is known here, and the other way round", () => {
  const folders = ["helper/lib", "helper/settings", "helper/omv"];
  const files = folders.flatMap((folder) => readdirSync(folder).map((name) => `${folder}/${name}`));
  const said = files
    .filter((file) => !/\/(probe\.sh|said\.awk)$/.test(file)) // these put another word in front
    .flatMap((file) => [
      ...readFileSync(file, "utf8").matchAll(
        /\bfinding ([a-z-]+) ["$a-zA-Z]|["|]([a-z-]+)\\t|\.\*\/([a-z-]+)\\t|\? "([a-z-]+)" : "([a-z-]+)"\) "\\t/g,
      ),
    ])
    .flatMap((match) => match.slice(1).filter(Boolean));
  expect([...new Set(said)].sort()).toEqual([...SETTING_CODES].sort());
});
