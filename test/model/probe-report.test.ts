import { PROTOCOL, readReport } from "../../model/drift/report.js";

const report = (more: object = {}): string =>
  JSON.stringify({
    protocol: PROTOCOL,
    settings: { ssh: { digest: "ab", state: "applied", drift: [] } },
    containers: [],
    networks: [{ name: "n", id: "ab", record: "own" }],
    listening: ["22/tcp"],
    foreign: [],
    ...more,
  });

test.each<[string, string, object]>([
  ["this protocol", "ok", {}],
  ["the one before", "ok", { protocol: PROTOCOL - 1 }],
  ["an older one", "helper too old", { protocol: PROTOCOL - 2 }],
  ["a newer one", "program too old", { protocol: PROTOCOL + 1, settings: "otherwise" }],
  ["what a later helper adds", "ok", { more: 1 }],
  ["a part that is missing", "failed", { listening: undefined }],
  ["Docker that does not answer", "ok", { containers: null, networks: null }],
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
