import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Observation, Trouble } from "../../model/drift/observation.js";
import { treatmentOf } from "../../model/drift/treatment.js";
import type { Treatment } from "../../model/drift/treatment.js";
import { model, onlyHost } from "./declare.js";

const host = { ...onlyHost(model("services: {}\nname: nas\n")), settings: [] };
const REPORT = {
  ...{ settings: {}, containers: [], networks: [], images: [], volumes: [] },
  ...{ declared: null, files: [], listening: [], foreign: [] },
};
const kinds = (observation: Observation): Treatment["kind"][] =>
  [true, false].map((preview) => treatmentOf(host, observation, preview).kind);

// The table of docs/decisions/10-drift.md: what a preview does, and what up does.
test.each<[Trouble, Treatment["kind"], Treatment["kind"]]>([
  ["wrong host key", "leave", "leave"],
  ["another host", "leave", "leave"],
  ["unreachable", "leave", "leave"],
  ["timed out", "leave", "leave"],
  ["not bootstrapped", "leave", "leave"],
  ["helper too old", "leave", "leave"],
  ["program too old", "leave", "leave"],
  ["failed", "leave", "leave"],
  ["refused", "show", "leave"],
  ["too many keys", "show", "leave"],
  ["no key", "show", "leave"],
  ["account locked", "show", "leave"],
])("%s: %s, %s", (status, preview, up) => {
  expect(kinds({ status, reason: "because" })).toEqual([preview, up]);
});

test("a host that is left as it is has its reason", () => {
  expect(treatmentOf(host, { status: "unreachable", reason: "no route" }, false)).toEqual({
    kind: "leave",
    notDone: "unreachable: no route",
    error: false,
  });
});

test("another host key is an error where nothing depends on it, and never a reason to stop at the other hosts", () => {
  const errors = [true, false].map((preview) =>
    treatmentOf(host, { status: "wrong host key", reason: "changed" }, preview),
  );
  expect(errors).toMatchObject([{ error: true }, { error: false }]);
});

test("a host that could be looked at is deployed to, with what drifted", () => {
  const report = { ...REPORT, foreign: ["/etc/x"] } as unknown as (Observation & { status: "ok" })["report"];
  const treatment = treatmentOf(host, { status: "ok", report }, false);
  expect(treatment).toMatchObject({ kind: "deploy", findings: [{ host: "pi5" }] });
});

test("the decision has that table", () => {
  const text = readFileSync(join(__dirname, "../../docs/decisions/10-drift.md"), "utf8");
  const rows = text.split("\n").filter((line) => /^\| [^-o]/.test(line));
  expect(
    rows.map((row) =>
      row
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    ),
  ).toEqual([
    [
      "wrong host key, another host",
      "an error; the other hosts are shown",
      "the host is left as it is, and named; the others are deployed to",
    ],
    [
      "unreachable, no answer in time, not bootstrapped, too old a helper, too old a program, no report that can be read",
      "the host is left as it is",
      "the host is left as it is, and named in the output `notDone`",
    ],
    ["no key at hand that may look", "a warning; what is declared is shown", "the host is left as it is, and named"],
  ]);
});
