import { BACKUP_CODES, AFTERWARDS_CODES, FINDING_CODES, SETTING_CODES } from "../../model/drift/codes.js";
import type { FindingCode } from "../../model/drift/codes.js";
import { copyWords } from "../../model/drift/copies.js";
import { driftOf, sentence } from "../../model/drift/drift.js";
import { declaredOn } from "../../model/drift/missing.js";
import type { ProbeReport } from "../../model/drift/report.js";
import { APPLIED, container, firewall, host, IN_SYNC, JOB, network, WEB, web } from "./drift-host.js";

/** The codes of everything that was said in this file. */
const said = new Set<FindingCode>();

/** What is said of a host, and what is to be repaired. */
function seen(more: Partial<ProbeReport>, of = host): { words: string[]; repairs: string[] } {
  const { findings, repairs } = driftOf(of, { ...IN_SYNC, ...more });
  findings.forEach(({ code }) => said.add(code));
  return {
    words: findings.map((finding) => `${finding.code}: ${sentence(finding)}`),
    repairs: [
      ...repairs.settings,
      ...repairs.networks,
      ...repairs.containers,
      ...repairs.leftovers.map(({ kind, id }) => `${kind}:${id}`),
    ],
  };
}

const notUp = (how: "back" | "held"): Partial<ProbeReport> => ({
  rolledBack: [{ name: "web", at: 1_796_029_200, how }],
});
const WITHOUT_WEB = declaredOn(host).filter((it) => it !== "container web");
const LEFT_OVER = "left over from an interrupted deployment";
const FREE = "stop that, or choose another published port";
const ADOPT = "another container has this name -> run npm run adopt -- pi5 web";

test.each<[string, Partial<ProbeReport>, string[], string[]]>([
  ["in sync", {}, [], []],
  [
    "a setting that differs by hand",
    firewall({ drift: [{ code: "added", item: "", words: "22/tcp from anywhere, added by hand" }] }),
    ["added: firewall on pi5: 22/tcp from anywhere, added by hand"],
    ["firewall"],
  ],
  [
    "a file of a setting that differs by hand",
    firewall({ drift: [{ code: "mode-changed", item: "/etc/default/ufw", words: "its mode is 666" }] }),
    ["mode-changed: firewall on pi5: /etc/default/ufw: its mode is 666"],
    ["firewall"],
  ],
  [
    "what is the owner's own, and nobody changes",
    firewall({ drift: [{ code: "noticed", item: "toor", words: "has the user id 0, so it is root" }] }),
    ["noticed: firewall on pi5: toor: has the user id 0, so it is root"],
    [],
  ],
  [
    "a full disk, on which no setting makes room",
    firewall({ drift: [{ code: "no-room", item: "/var/lib/docker", words: "its disk has no inodes left" }] }),
    [
      "no-room: firewall on pi5: /var/lib/docker: its disk has no inodes left -> make room on it; docker system df, on the host, shows what images use",
    ],
    [],
  ],
  [
    "a helper that only a bootstrap can repair",
    firewall({ drift: [{ code: "helper-changed", item: "", words: "the helper was changed by hand" }] }),
    ["helper-changed: firewall on pi5: the helper was changed by hand -> run npm run bootstrap"],
    [],
  ],
  ["a setting declared otherwise", firewall({ digest: "other" }), [], ["firewall"]],
  ["a setting never applied", firewall({ digest: null, state: "absent" }), [], ["firewall"]],
  ["a setting of which the helper knows nothing", { settings: {} }, [], ["firewall", "smb-users"]],
  [
    "a setting that was reverted",
    firewall({ digest: "other", state: "reverted" }),
    ["reverted: firewall on pi5: rolled back, because the last change was not confirmed over a new connection"],
    ["firewall"],
  ],
  [
    "the first application of a setting, reverted",
    firewall({ digest: null, state: "reverted" }),
    ["reverted: firewall on pi5: rolled back, because the last change was not confirmed over a new connection"],
    ["firewall"],
  ],
  [
    "a setting that waits",
    firewall({ state: "pending" }),
    ["unconfirmed: firewall on pi5: applied, but not confirmed yet; it will be rolled back"],
    ["firewall"],
  ],
  ["stopped", web({ state: "exited", exitCode: 137 }), ["stopped: web on pi5: stopped"], ["web"]],
  [
    "waiting for a share",
    {
      ...web({ state: "exited", exitCode: 137 }),
      settings: {
        ...IN_SYNC.settings,
        mounts: { ...APPLIED, drift: [{ code: "not-mounted", item: "/mnt/media/tv", words: "not mounted" }] },
      },
    },
    ["waiting-for-share: web on pi5: waits for /mnt/media/tv, and starts once that is mounted"],
    [],
  ],
  ["stopped, though it ended well", web({ state: "exited" }), ["stopped: web on pi5: stopped"], ["web"]],
  ["never started", web({ state: "created" }), ["stopped: web on pi5: stopped"], ["web"]],
  ["paused", web({ state: "paused" }), ["paused: web on pi5: paused"], ["web"]],
  ["removed", web({ state: "removed" }), ["removed: web on pi5: removed"], ["web"]],
  [
    "changed",
    web({ changed: ["HostConfig.Memory", "Networks"] }),
    ["changed: web on pi5: changed by hand (HostConfig.Memory, Networks)"],
    ["web"],
  ],
  [
    "recreated",
    web({ record: "other" }),
    ["recreated: web on pi5: recreated by something else (Watchtower?)"],
    ["web"],
  ],
  ["made by a deployment that did not end", web({ record: "none" }), [`left-over: web on pi5: ${LEFT_OVER}`], ["web"]],
  ["unhealthy", web({ health: "unhealthy" }), ["unhealthy: web on pi5: unhealthy"], []],
  ["starting", web({ health: "starting" }), [], []],
  ["restarting", web({ state: "restarting" }), ["restarting: web on pi5: keeps restarting"], []],
  [
    "running for a moment between two restarts",
    web({ restarts: 4, upSeconds: 1 }),
    ["restarting: web on pi5: keeps restarting"],
    [],
  ],
  ["restarted a while ago", web({ restarts: 4, upSeconds: 10 }), [], []],
  [
    "with a socket and a folder that the host has replaced since",
    web({
      stale: [
        { kind: "socket", path: "/run/docker.sock" },
        { kind: "folder", path: "/srv" },
      ],
    }),
    ["stale-mount: web on pi5: uses what was replaced on the host since it started (/run/docker.sock, /srv)"],
    ["web"],
  ],
  [
    "with a file that the host has replaced since, which may be as well",
    web({ stale: [{ kind: "file", path: "/etc/hosts" }] }),
    [
      "noticed: web on pi5: still has the former /etc/hosts, which the host has replaced since it started -> run npm run restart -- web",
    ],
    [],
  ],
  [
    "of another architecture",
    web({ state: "restarting", builtFor: "arm64" }),
    ["wrong-architecture: web on pi5: cannot run here: its image is for arm64, which is not this host's architecture"],
    [],
  ],
  ["of another architecture, which the host emulates", web({ builtFor: "arm64" }), [], []],
  [
    "that was rolled back, and is tried again",
    notUp("back"),
    [
      "rolled-back: web on pi5: rolled back on 2026-11-30 at 09:00 UTC: its new container did not come up, the former one runs",
    ],
    ["web"],
  ],
  [
    "that is held, since its new version may have changed its data",
    { ...web({ state: "exited", exitCode: 1, record: "none" }), ...notUp("held") },
    [
      "held: web on pi5: stopped on 2026-11-30 at 09:00 UTC: its new version did not come up, and may have changed its data. The former container is kept until one comes up; declare its former version to go back, or x-homelab: {rollback: true} to have that done",
    ],
    ["web"],
  ],
  ["half removed", web({ state: "dead" }), ["dead: web on pi5: Docker began to remove it and could not"], ["web"]],
  [
    "a firewall to be applied that shuts out who deploys",
    { caller: "10.1.2.3", ...firewall({ digest: "other" }) },
    [
      "shut-out: firewall on pi5: lets SSH in from 192.168.1.0/24, tailscale0, and this machine is 10.1.2.3 to pi5 -> add an audience with this machine to homelab:admin.from, or deploy from one of those",
    ],
    ["firewall"],
  ],
  ["one that does not", { caller: "192.168.1.9", ...firewall({ digest: "other" }) }, [], ["firewall"]],
  ["one for the tailnet", { caller: "100.100.1.9", ...firewall({ digest: "other" }) }, [], ["firewall"]],
  ["deployed on the host itself", { caller: "::1", ...firewall({ digest: "other" }) }, [], ["firewall"]],
  ["a firewall that is in force", { caller: "10.1.2.3" }, [], []],
  ["one that did its work", { containers: [WEB, container("job", { state: "exited" })] }, [], []],
  [
    "one that failed at it",
    { containers: [WEB, container("job", { state: "exited", exitCode: 1 })] },
    ["stopped: job on pi5: stopped"],
    ["job"],
  ],
  ["declared since the last deployment", { containers: [], networks: [], listening: [], declared: [] }, [], []],
  [
    "Docker does not answer",
    { containers: null, networks: null },
    ["engine-silent: docker on pi5: does not answer"],
    [],
  ],
  [
    "a leftover container and a leftover network",
    {
      containers: [WEB, JOB, container("old", { record: "none" })],
      networks: [network("nas_default"), network("nas_old", { record: "none" })],
    },
    [`left-over: network nas_old on pi5: ${LEFT_OVER}`, `left-over: container old on pi5: ${LEFT_OVER}`],
    ["container:c0ffee", "network:beef"],
  ],
  [
    "what is no longer declared and was made",
    { containers: [WEB, JOB, container("old")], networks: [network("nas_default"), network("old")] },
    [],
    [],
  ],
  [
    "a network that was removed",
    { networks: [network("nas_default", { removed: true })] },
    ["removed: network nas_default on pi5: removed"],
    ["nas_default"],
  ],
  [
    "a declared network that a deployment left half made",
    { networks: [network("nas_default", { record: "none" })] },
    [`left-over: network nas_default on pi5: ${LEFT_OVER}`],
    ["nas_default"],
  ],
  [
    "somebody else's of the same name, on the same port",
    web({ service: "", record: "none" }),
    [`name-taken: web on pi5: ${ADOPT}`],
    [],
  ],
  [
    "somebody else's on the port",
    { declared: WITHOUT_WEB, containers: [container("theirs", { service: "", ports: ["8080/tcp"] }), JOB] },
    [`port-taken: web on pi5: port 8080/tcp is in use by the container theirs -> ${FREE}`],
    [],
  ],
  [
    "somebody else's on a port that nobody declared",
    { containers: [WEB, JOB, container("theirs", { service: "", record: "none", ports: ["8081/tcp"] })] },
    ["ports-closed: container theirs on pi5: not declared; publishes 8081/tcp, which the firewall closes"],
    [],
  ],
  [
    "a file of somebody else's",
    { foreign: ["/etc/docker/daemon.json"] },
    [
      "taken-over: /etc/docker/daemon.json on pi5: was not written by this program; a deployment replaces it and keeps a copy in /var/lib/homelab/backup",
    ],
    [],
  ],
])("%s", (_, more, words, repairs) => {
  expect(seen(more)).toEqual({ words, repairs });
});

test.each<[string, number, string[], string[]]>([
  [
    "started a moment before the container whose network it shares",
    0.1,
    ["stale-network: job on pi5: has no network: web, whose network it shares, was restarted"],
    ["job"],
  ],
  ["started a moment after it", -0.1, [], []],
])("%s", (_, seconds, words, repairs) => {
  const passenger = {
    ...host,
    services: host.services.map((it) => (it.name === "job" ? { ...it, networkOf: "web" } : it)),
  };
  expect(seen({ containers: [{ ...WEB, startedAt: (JOB.startedAt ?? 0) + seconds }, JOB] }, passenger)).toEqual({
    words,
    repairs,
  });
});

test("what the helper says of a setting keeps its code", () => {
  const drift = SETTING_CODES.map((code) => ({ code, item: "", words: "differs" }));
  const remedies: Partial<Record<string, string>> = {
    "helper-changed": " -> run npm run bootstrap",
    "no-room": " -> make room on it; docker system df, on the host, shows what images use",
    ...Object.fromEntries(BACKUP_CODES.map((code) => [code, " -> see all copies: npm run backups"])),
  };
  const remedy = (code: string): string => remedies[code] ?? "";
  expect(seen(firewall({ drift })).words).toEqual(
    SETTING_CODES.map((code) => `${code}: firewall on pi5: ${copyWords(code, "differs")}${remedy(code)}`),
  );
});

test("a service with GPUs on a host without what hands them out", () => {
  const withGpus = {
    ...host,
    services: host.services.map((it) => ({ ...it, definition: { ...it.definition, gpus: "all" as const } })),
  };
  expect(seen({ nvidia: [], containers: [JOB], declared: WITHOUT_WEB }, withGpus).words).toContainEqual(
    expect.stringMatching(/^no-gpu-toolkit: web on pi5: is to have GPUs.*install NVIDIA's driver/),
  );
});

test("every code was seen here", () => {
  expect([...said, ...AFTERWARDS_CODES].sort()).toEqual([...FINDING_CODES].sort());
});
