import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { Server } from "node:https";
import { createServer as createTcpServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Subnet } from "../../model/subnet.js";
import type { HostModel, RouteModel } from "../../model/types.js";
import { portsOf, routeCheck } from "../../scripts/health/reach.js";
import { describeHealth, exitCodeOf, healthOf } from "../../scripts/health/health.js";
import { vitalsIn } from "../../scripts/health/vitals.js";
import { run } from "../../scripts/lib/process.js";
import { container, reportOf, twoHosts } from "./homelab.js";

// What is well and what is not: a proxy and a port on loopback, and what machines say of themselves.

const lan = "127.0.0.0/8" as Subnet;
const vantage = {
  world: { lan: [lan], hosts: [], audiences: { guests: ["192.0.2.0/24" as Subnet] } },
  caller: "127.0.0.1",
};

let folder: string;
let proxy: Server;
let port: number;
let root: string;
/** What the proxy answers, by the name that is called. */
const answers: Record<string, { readonly status: number; readonly body?: string }> = {};
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "health-"));
  writeFileSync(
    join(folder, "names"),
    "subjectAltName = DNS:*.example.org\nkeyUsage = digitalSignature\nbasicConstraints = CA:FALSE\n",
  );
  const openssl = (line: string): Promise<unknown> => run("openssl", line.split(" "), { cwd: folder });
  const key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
  await openssl(`req -x509 ${key} -days 10 -keyout ca.key -out ca.crt -subj /CN=Homelab`);
  await openssl(`req -new ${key} -keyout server.key -out server.csr -subj /CN=proxy`);
  await openssl(
    `x509 -req -in server.csr -CA ca.crt -CAkey ca.key -set_serial 7 -days 90 -extfile names -out server.crt`,
  );
  const read = (file: string): string => readFileSync(join(folder, file), "utf8");
  root = read("ca.crt");
  proxy = createServer({ key: read("server.key"), cert: read("server.crt") }, (request, response) => {
    const { status, body = "" } = answers[request.headers.host ?? ""] ?? { status: 404, body: "404 page not found\n" };
    response.writeHead(status).end(body);
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  ({ port } = proxy.address() as AddressInfo);
});
afterAll(() => {
  proxy.close();
  rmSync(folder, { recursive: true });
});

const route = (name: string, more: Partial<RouteModel> = {}): RouteModel => ({
  name,
  proxy: { host: "media", address: "127.0.0.1" },
  audience: ["lan"],
  allowed: undefined,
  scheme: "http",
  backend: undefined,
  ...more,
});
const GUESTS = { audience: ["guests"], allowed: ["192.0.2.0/24"] } as unknown as Partial<RouteModel>;

test.each<[what: string, name: string, status: number, more: Partial<RouteModel>, verdict: string, words: string]>([
  ["leads to a page", "a.example.org", 200, {}, "well", "answers 200, certificate for 89 days"],
  ["asks for a login", "b.example.org", 401, {}, "well", "answers 401, certificate for 89 days"],
  ["leads to nothing that runs", "c.example.org", 502, {}, "bad", "502: Traefik does not reach the service"],
  ["is unknown to Traefik", "d.example.org", 0, {}, "bad", "Traefik does not know it"],
  ["is for others", "e.example.org", 403, GUESTS, "well", "shut, since it is not for this machine"],
  ["is for others, and open", "f.example.org", 200, GUESTS, "bad", "answers 200, and is not for this machine"],
  ["has no certificate", "a.b.example.org", 200, {}, "bad", "shows a certificate for other names"],
])("a route that %s", async (_, name, status, more, verdict, words) => {
  if (status > 0) {
    answers[name] = { status };
  }
  expect(await routeCheck(route(name, more), vantage, root, port)).toEqual({ what: `route ${name}`, verdict, words });
});

test("a certificate of nobody that is known, and no proxy at all", async () => {
  answers["a.example.org"] = { status: 200 };
  expect(await routeCheck(route("a.example.org"), vantage, undefined, port)).toMatchObject({
    verdict: "bad",
    words: "shows a certificate of another authority",
  });
  const closed = createTcpServer().listen(0, "127.0.0.1");
  await once(closed, "listening");
  const { port: free } = closed.address() as AddressInfo;
  closed.close();
  await once(closed, "close");
  expect(await routeCheck(route("a.example.org"), vantage, root, free)).toMatchObject({ words: "nothing listens" });
});

test("ports that are meant for this machine have to answer, and no others", async () => {
  const opening = (number: number, from: string[], protocol = "tcp") =>
    ({ kind: "published", port: number, protocol, from, what: "web" }) as unknown as HostModel["openings"][number];
  const openings = [opening(port, ["lan"]), opening(1, ["lan"]), opening(2, ["guests"]), opening(3, ["lan"], "udp")];
  expect(await portsOf({ address: "127.0.0.1", openings } as unknown as HostModel, vantage)).toEqual([
    { what: `port ${port}, web`, verdict: "well", words: "answers" },
    { what: "port 1, web", verdict: "bad", words: "nothing listens" },
  ]);
});

test.each<[line: string, expected: object | undefined]>([
  ["disk\t63\t/", { what: "disk /", verdict: "well", words: "63 % used" }],
  ["disk\t85\t/srv/my disk", { what: "disk /srv/my disk", verdict: "look", words: "85 % used" }],
  ["disk\t95\t/", { what: "disk /", verdict: "bad", words: "95 % used" }],
  ["memory\t41", { what: "memory", verdict: "well", words: "59 % used" }],
  ["memory\t3", { what: "memory", verdict: "bad", words: "97 % used" }],
  ["celsius\t52", { what: "temperature", verdict: "well", words: "52 °C" }],
  ["celsius\t81", { what: "temperature", verdict: "look", words: "81 °C" }],
  ["throttled\t0", { what: "power", verdict: "well", words: "steady" }],
  ["throttled\t50000", { what: "power", verdict: "look", words: "under-voltage, throttled since the last boot" }],
  ["throttled\t50005", { what: "power", verdict: "bad", words: "under-voltage, throttled now" }],
  ["fan\t900", undefined],
])("%s", (line, expected) => {
  expect(vitalsIn(`${line}\n`)).toEqual(expected === undefined ? [] : [expected]);
});

test("this machine's own word is understood", async () => {
  const { stdout, exitCode } = await run("sh", [join(__dirname, "../../helper/bin/vitals")]);
  const seen = vitalsIn(stdout).map(({ what }) => what);
  expect([exitCode, seen]).toEqual([0, expect.arrayContaining(["memory"])]);
  expect(vitalsIn(stdout)).toHaveLength(stdout.trim().split("\n").length);
});

test("hosts are told apart: what is not well is shown with its host, and a host that does not answer with what to do", async () => {
  const { hosts } = twoHosts();
  const report = {
    ...reportOf([container("homepage", { health: "unhealthy", upSeconds: 60 }), container("watchtower")]),
    caller: null,
  };
  const observations = new Map([["pi5", { status: "ok", report }]]) as unknown as Parameters<
    typeof healthOf
  >[1]["observations"];
  const said = (stdout: string, ok: boolean) => Promise.resolve({ ok, stdout, stderr: "", exitCode: ok ? 0 : 127 });
  const looking = { stack: "test", world: vantage.world, observations };
  const health = await healthOf(hosts, { ...looking, run: () => said("disk\t90\t/\nmemory\t50\n", true) });
  expect(exitCodeOf(health)).toBe(2);
  const shown = describeHealth(health, false).replaceAll(/ +/g, " ");
  expect(shown).toContain("✗ pi5 homepage unhealthy 60 s");
  expect(shown).toContain("! disk / 90 % used");
  expect(shown).toMatch(/✗ jellyfin host jellyfin \(192\.168\.1\.102\)/);
  expect(shown).toMatch(/\d+ are well, 1 worth a look, \d+ not well\.$/);
  expect(describeHealth(health, true)).toContain("memory");

  const [old] = await healthOf(hosts, { ...looking, run: () => said("", false) });
  expect(old?.checks.at(-1)).toMatchObject({ what: "machine", verdict: "look" });
});
