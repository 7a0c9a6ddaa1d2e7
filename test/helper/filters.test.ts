import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { where } from "./fake-host.js";
import { awk, inspected, lib, lines, probe } from "./filters.js";

// The helper's filters on captured input: what comes from diff, UFW, iptables, Docker and ss, and what is made of it.

test("a difference pairs what went with what came", () => {
  const diff = lines("2c2,3", "< old", "---", "> new", "> more", "5,6d5", "< gone", "< too", "8a8", "> added");
  expect(awk("difference.awk", diff)).toEqual(["~new\told", "+more", "-gone", "-too", "+added"]);
});

test.each([
  ["+allow tcp 8000 0.0.0.0/0 any 0.0.0.0/0 in", ["added\t\t8000/tcp from anywhere, added by hand"]],
  ["-allow udp 53 ::/0 any fd00::/64 in comment=61", ["missing\t\t53/udp from fd00::/64 is missing"]],
  ["+deny any any 0.0.0.0/0 any 10.0.0.1 in_eth0", ["added\t\tdeny every port from 10.0.0.1 on eth0, added by hand"]],
  ["+allow tcp 25 0.0.0.0/0 any 0.0.0.0/0 out", ["added\t\t25/tcp from anywhere (outgoing), added by hand"]],
  ["+route:allow any any 0.0.0.0/0 any 0.0.0.0/0 in", ["added\t\ta forwarding rule, added by hand"]],
  ["~UFW ENABLED=no\tUFW ENABLED=yes", ["not-running\tUFW\tis off"]],
  [
    '~DEFAULT_INPUT_POLICY="ACCEPT"\tDEFAULT_INPUT_POLICY="DROP"',
    ['changed\t/etc/default/ufw\tDEFAULT_INPUT_POLICY="ACCEPT"'],
  ],
  ["+iptables -A INPUT -p tcp -j ACCEPT", ["added\t\tthe kernel has: iptables -A INPUT -p tcp -j ACCEPT"]],
  ["-iptables -A DOCKER-USER -j RETURN", ["missing\t\tthe kernel lacks 1 rules of iptables DOCKER-USER"]],
  ["+iptables DOCKER", ["added\t\tDocker's rules are gone from the kernel"]],
  [
    "~12 34 after6.rules\t56 78 after6.rules",
    ["changed\t/etc/ufw/after6.rules\twas changed since the firewall was first applied"],
  ],
])("of the firewall, %j is told", (line, told) => {
  expect(awk("firewall-findings.awk", `${line}\n`)).toEqual(told);
});

test("files are written line by line, with what a shell or awk would read in them", () => {
  const folder = mkdtempSync(join(tmpdir(), "unpack-"));
  const text = ["\tindented", "", "$(id) `id` 'q' \"q\" \\n %s &", "/not/a/path"];
  const input = lines("/a/b\\x2dc.mount", ...text.map((line) => `\t${line}`), "/empty");
  expect(awk("unpack.awk", input, "-v", `folder=${folder}`)).toEqual(["/a/b\\x2dc.mount", "/empty"]);
  expect(readFileSync(join(folder, "a/b\\x2dc.mount"), "utf8")).toBe(lines(...text));
  expect(readFileSync(join(folder, "empty"), "utf8")).toBe("");
  rmSync(folder, { recursive: true });
});

test("files are told apart by their digests, whatever their names", () => {
  const folder = mkdtempSync(join(tmpdir(), "compare-"));
  const file = (name: string, ...text: string[]): string => {
    writeFileSync(join(folder, name), lines(...text));
    return join(folder, name);
  };
  const wanted = file("wanted", "aa  etc/same", "bb  etc/other", "cc  etc/m\\x2dn.mount", "dd  etc/gone");
  const there = file("there", "aa  etc/same", "b2  etc/other", "cc  etc/m\\x2dn.mount");
  const modes = file("modes", "644  etc/same", "600  etc/other", "755  etc/m\\x2dn.mount");
  const verdicts = ["same 644 /etc/same", "other 600 /etc/other", "same 755 /etc/m\\x2dn.mount", "gone - /etc/gone"];
  const compare = (...files: string[]): string[] =>
    execFileSync(where("awk"), ["-f", lib("compare.awk"), ...files], { encoding: "utf8" })
      .trim()
      .split("\n");
  expect(compare(wanted, there, modes)).toEqual(verdicts);
  const nothing = file("nothing");
  expect(compare(wanted, nothing, nothing).every((it) => it.startsWith("gone - "))).toBe(true);
  rmSync(folder, { recursive: true });
});

test("of a setting so many findings are told, each once and not longer than a line", () => {
  const drift = [
    "=ssh\tapplied\tabc\tdrift",
    "changed\t\tone",
    "changed\t\tone",
    `added\t\t${"x".repeat(30)}`,
    "a\t\t3",
  ];
  const said = lines(...drift, "=smb\tabsent\t\tforeign", "/etc/samba/x\tof somebody", "=nfs\tapplied\tdef\tdrift");
  expect(awk("said.awk", said, "-v", "most=2", "-v", "length_of_line=16")).toEqual([
    "setting\tssh\tapplied\tabc",
    "drift\tchanged\t\tone",
    `drift\tadded\t\t${"x".repeat(9)}`,
    "setting\tsmb\tabsent\t",
    "foreign\t/etc/samba/x\tof ",
    "setting\tnfs\tapplied\tdef",
  ]);
});

const made = { name: "web", id: "c0ffee", HostConfig: { Memory: 64, CapAdd: [] }, networks: ["nas_web"] };

test.each<[string, string, number, unknown]>([
  ["as it was made", "c0ffee", 64, { record: "own", changed: [], ports: ["8080/tcp"], health: "healthy" }],
  ["with other limits", "c0ffee", 32, { record: "own", changed: ["HostConfig.Memory"] }],
  ["another under its name", "beef", 32, { record: "other", changed: [] }],
])("a container %s", (_, id, memory, seen) => {
  const reading = probe({ inspected: JSON.stringify(inspected(id, memory)), made: JSON.stringify(made) });
  expect(reading).toMatchObject({ status: "ok", report: { containers: [seen] } });
});

test("what was made and is not there is reported, and a record that is torn is none", () => {
  const networks = '[{"Name":"nas_web","Id":"beef"}]';
  const reading = probe({
    made: `${JSON.stringify(made)}\n{"name":`,
    networks,
    networks_made: '{"name":"old","id":"01"}',
  });
  expect(reading).toMatchObject({
    status: "ok",
    report: {
      containers: [{ name: "web", state: "removed", record: "own" }],
      networks: [
        { name: "nas_web", record: "none" },
        { name: "old", removed: true },
      ],
    },
  });
});

test("what was declared, which images and volumes there are, and how the files of services are", () => {
  const reading = probe({
    images: '[{"RepoTags":["nginx:1.29"],"RepoDigests":["nginx@sha256:01"]},{"RepoTags":null,"RepoDigests":[]}]',
    volumes: '{"Volumes":[{"Name":"nas_data"}],"Warnings":null}',
    declared: lines("container web", "image nginx:1.29"),
    service_files: lines("same web/etc/a.conf", "changed web/run/secrets/b"),
  });
  expect(reading).toMatchObject({
    status: "ok",
    report: {
      images: ["nginx:1.29", "nginx@sha256:01"],
      volumes: ["nas_data"],
      declared: ["container web", "image nginx:1.29"],
      files: [
        { path: "web/etc/a.conf", state: "same" },
        { path: "web/run/secrets/b", state: "changed" },
      ],
    },
  });
});

test("files of services are told apart", () => {
  const made = ["/d/made/web/a:444 01", "/d/made/web/b:444 02", "/d/made/web/c:444 03", "/d/made/web/d:444 04"];
  const modes = ["444 /d/files/web/a", "644 /d/files/web/b", "444 /d/files/web/c", "444 /d/files/web/x"];
  const digests = ["01  /d/files/web/a", "02  /d/files/web/b", "99  /d/files/web/c", "05  /d/files/web/x"];
  const folder = mkdtempSync(join(tmpdir(), "service-files-"));
  const files = [made, modes, digests].map((them, i) => {
    writeFileSync(join(folder, String(i)), lines(...them));
    return join(folder, String(i));
  });
  const args = ["-v", "made=/d/made", "-v", "there=/d/files", "-f", lib("service-files.awk"), ...files];
  const said = execFileSync(where("awk"), args, { encoding: "utf8" }).trim().split("\n");
  rmSync(folder, { recursive: true });
  expect(said.sort()).toEqual(["changed web/c", "mode-changed web/b", "removed web/d", "same web/a"]);
});

const SOCKETS = ["22/tcp\t0.0.0.0\tsshd\t", "22/tcp\t::\tsshd\t", "53/udp\t127.0.0.53\t\t"];

test("who listens is named with its address and its container, as ss(8) and the kernel have them", () => {
  const id = "0123456789abcdef".repeat(4);
  const root = mkdtempSync(join(tmpdir(), "sockets-"));
  for (const [pid, group] of [
    ["7", `0::/system.slice/docker-${id}.scope`],
    ["8", `12:pids:/docker/${id}\n0::/`],
    ["9", "0::/system.slice/nginx.service"],
  ] as const) {
    mkdirSync(join(root, "proc", pid), { recursive: true });
    writeFileSync(join(root, "proc", pid, "cgroup"), `${group}\n`);
  }
  const sockets = [
    'tcp LISTEN 0 511 [::]:80 [::]:* users:(("nginx",pid=9,fd=7),("nginx",pid=10,fd=7))',
    'tcp LISTEN 0 511 *:8080 *:* users:(("my server)",pid=7,fd=3))',
    'udp UNCONN 0 0 127.0.0.53%lo:53 0.0.0.0:* users:(("systemd-resolve",pid=8,fd=1))',
    "tcp LISTEN 0 64 0.0.0.0:2049 0.0.0.0:*",
    'tcp LISTEN 0 64 192.168.1.9:81 0.0.0.0:* users:(("gone",pid=404,fd=3))',
  ];
  expect(awk("listening.awk", lines(...sockets), "-v", `root=${root}`)).toEqual([
    "80/tcp\t::\tnginx\t",
    `8080/tcp\t*\tmy server)\t${id}`,
    `53/udp\t127.0.0.53\tsystemd-resolve\t${id}`,
    "2049/tcp\t0.0.0.0\t\t",
    "81/tcp\t192.168.1.9\tgone\t",
  ]);
});

test("settings with their findings, what is foreign, and ports; an engine that is silent", () => {
  const said = lines(
    "setting\tssh\tapplied\tabc",
    'drift\tchanged\t/etc/x\thas "a\tb"',
    "setting\tnfs\tabsent\t",
    "foreign\t/etc/exports.d/homelab.exports",
  );
  expect(probe({ said, listening: lines(...SOCKETS), room: "1024\n" }, false)).toEqual({
    status: "ok",
    report: expect.objectContaining({
      settings: {
        ssh: { state: "applied", digest: "abc", drift: [{ code: "changed", item: "/etc/x", words: 'has "a\tb"' }] },
        nfs: { state: "absent", digest: null, drift: [] },
      },
      containers: null,
      networks: null,
      images: null,
      volumes: null,
      declared: null,
      foreign: ["/etc/exports.d/homelab.exports"],
      listening: ["22/tcp", "53/udp"],
      holders: [
        { port: "22/tcp", address: "0.0.0.0", program: "sshd", container: "" },
        { port: "22/tcp", address: "::", program: "sshd", container: "" },
        { port: "53/udp", address: "127.0.0.53", program: "", container: "" },
      ],
      imageRoom: 1024,
      nvidia: [],
    }) as unknown,
  });
});

test("a unit that is being reloaded runs, and one that is still starting does not yet", () => {
  const folder = mkdtempSync(join(tmpdir(), "units-"));
  const names = join(folder, "names");
  const states = ["active", "reloading", "activating", "failed", "inactive"];
  writeFileSync(names, lines(...states.map((it) => `${it}.service`)));
  const said = states.map((it) => `LoadState=loaded\nActiveState=${it}\nUnitFileState=enabled\nDropInPaths=\n`);
  expect(awk("units.awk", said.join("\n"), "-v", `names=${names}`).filter((it) => it.endsWith(" active"))).toEqual([
    "active.service active",
    "reloading.service active",
  ]);
  rmSync(folder, { recursive: true });
});
