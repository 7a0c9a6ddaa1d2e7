import { declaredOn, missingOn } from "../../model/drift/missing.js";
import type { ProbeReport } from "../../model/drift/report.js";
import { sentence } from "../../model/drift/drift.js";
import { model, onlyHost } from "./declare.js";

const host = onlyHost(
  model(`
name: nas
services:
  web: {image: "docker.io/library/nginx:1.29", configs: [{source: conf, target: /etc/web.conf}]}
  db: {image: "ghcr.io/a/db:1@sha256:${"1".repeat(64)}", volumes: ["data:/d"]}
volumes: {data: }
configs: {conf: {content: "a"}}
`),
);
const there = (service: string): NonNullable<ProbeReport["containers"]>[number] => ({
  ...{ name: service, id: "c0ffee", service, state: "running", exitCode: 0, health: "" },
  ...{ restarts: 0, upSeconds: 60, record: "own", changed: [], ports: [] },
});
const DEPLOYED: ProbeReport = {
  settings: { ssh: { digest: "01", state: "applied", drift: [] } },
  containers: [there("web"), there("db")],
  networks: [{ name: "nas_default", id: "beef", record: "own", removed: false }],
  images: ["nginx:1.29", `ghcr.io/a/db@sha256:${"1".repeat(64)}`],
  volumes: ["nas_data"],
  declared: declaredOn(host),
  files: [{ path: "web/etc/web.conf", state: "same" }],
  listening: [],
  foreign: [],
};

/** What is said, and what is made again. */
function seen(more: Partial<ProbeReport>): { words: string[]; again: string[] } {
  const { found, containers, networks, images, volumes, files } = missingOn(host, { ...DEPLOYED, ...more });
  return {
    words: found.map((it) => `${it.code}: ${sentence({ host: host.name, ...it })}`),
    again: [...containers, ...networks, ...images, ...volumes, ...files],
  };
}

const DB = `ghcr.io/a/db:1@sha256:${"1".repeat(64)}`;
const WEB = "docker.io/library/nginx:1.29";
const file = (state: "changed" | "mode-changed" | "removed"): Partial<ProbeReport> => ({
  files: [{ path: "web/etc/web.conf", state }],
});
const NEVER = { settings: { ssh: { digest: null, state: "absent" as const, drift: [] } } };
const NOTHING = { containers: [], networks: [], images: [], volumes: [], files: [] };
const EVERYTHING = ["web", "db", "nas_default", WEB, DB, "nas_data", "web/etc/web.conf"];
const ALL_WORDS = [
  "missing: web on pi5: is not there",
  "missing: db on pi5: is not there",
  "missing: network nas_default on pi5: is not there",
  `missing: image ${DB} on pi5: is not there`,
  `missing: image ${WEB} on pi5: is not there`,
  "missing: volume nas_data on pi5: is not there",
  "missing: file web/etc/web.conf on pi5: is not there",
];

test.each<[string, Partial<ProbeReport>, string[], string[]]>([
  ["everything is there", {}, [], []],
  ["a create failed, or was reverted", { containers: [there("db")] }, ["missing: web on pi5: is not there"], ["web"]],
  ["an image", { images: DEPLOYED.images?.slice(1) ?? [] }, [`missing: image ${WEB} on pi5: is not there`], [WEB]],
  ["a digest", { images: ["nginx:1.29", "ghcr.io/a/db:1"] }, [`missing: image ${DB} on pi5: is not there`], [DB]],
  ["a volume", { volumes: ["other"] }, ["missing: volume nas_data on pi5: is not there"], ["nas_data"]],
  ["a network", { networks: [] }, ["missing: network nas_default on pi5: is not there"], ["nas_default"]],
  [
    "the record of a file",
    { files: [] },
    ["missing: file web/etc/web.conf on pi5: is not there"],
    ["web", "web/etc/web.conf"],
  ],
  [
    "a file that was changed",
    file("changed"),
    ["changed: file web/etc/web.conf on pi5: changed by hand"],
    ["web", "web/etc/web.conf"],
  ],
  [
    "a file that came back with its container",
    { ...file("changed"), rolledBack: [{ name: "web", at: 0, how: "back" as const }] },
    [],
    ["web", "web/etc/web.conf"],
  ],
  [
    "its mode",
    file("mode-changed"),
    ["mode-changed: file web/etc/web.conf on pi5: has other permissions"],
    ["web", "web/etc/web.conf"],
  ],
  [
    "a file that was removed",
    file("removed"),
    ["removed: file web/etc/web.conf on pi5: removed by hand"],
    ["web", "web/etc/web.conf"],
  ],
  ["all of it is new", { ...NOTHING, declared: [] }, [], []],
  ["the host was reinstalled", { ...NOTHING, ...NEVER, declared: null }, [], EVERYTHING],
  ["what was written down is gone, and the rest is there", { declared: null }, [], []],
  ["Docker does not answer", { containers: null, networks: null, images: null, volumes: null }, [], []],
])("%s", (_, more, words, again) => {
  expect(seen(more)).toEqual({ words, again });
});

test("everything of the last deployment is gone, also where the host does not remember it", () => {
  for (const declared of [DEPLOYED.declared, null]) {
    const { words, again } = seen({ ...NOTHING, declared });
    expect(words.sort()).toEqual([...ALL_WORDS].sort());
    expect(again.sort()).toEqual([...EVERYTHING].sort());
  }
});
