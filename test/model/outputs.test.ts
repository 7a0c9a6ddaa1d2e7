import { buildHomelab } from "../../model/build.js";
import { outputsOf, sectionsOf } from "../../model/outputs/index.js";
import type { Section } from "../../model/outputs/output.js";
import type { HostSummary } from "../../model/outputs/summary.js";
import type { HostModel } from "../../model/types.js";
import { sectionsText } from "../../scripts/lib/sections.js";
import { FILES, OPENINGS } from "./homelab-with-everything.js";

// Who may reach what is said by the openings, whichever way one asks.

const homelab = buildHomelab("test", (file) => {
  const text = FILES[file];
  return text === undefined ? { problem: "is missing" } : { text };
});
// As the stack's outputs are kept, and as `check --json` prints them.
const outputs = JSON.parse(JSON.stringify(outputsOf(homelab))) as Record<string, unknown>;
const sections = sectionsOf(outputs);
const hosts = Object.keys(OPENINGS);

const portOf = (port: number | null | undefined, protocol: string): string =>
  `${port ?? "chosen by Docker"}/${protocol}`;

test.each(hosts)("the model of %s has every opening", (name) => {
  const openings = homelab.hosts.find((host) => host.name === name)?.openings ?? [];
  expect(
    openings.map(({ kind, port, protocol, what, from }) => [kind, portOf(port, protocol), what, from.join(", ")]),
  ).toEqual(OPENINGS[name]);
});

test.each(hosts)("the stack's outputs and check --json show the openings of %s", (name) => {
  const { openings } = (outputs["hosts"] as Record<string, HostSummary>)[name] ?? { openings: [] };
  expect(
    openings.map(({ kind, port, protocol, what, from }) => [kind, portOf(port, protocol), what, from.join(", ")]),
  ).toEqual(OPENINGS[name]);
});

test("check and services show them as a table", () => {
  expect(rowsOf("Who may reach what")).toEqual(
    hosts.flatMap((host) => (OPENINGS[host] ?? []).map(([, port, what, from]) => [host, port, what, from])),
  );
});

test("the tables beside it: what runs where, memory, names", () => {
  expect(rowsOf("What runs where")).toEqual([
    ["pi5\n192.168.1.100", "nas", "web", "nginx:1.29", "http://192.168.1.100:8080"],
    ["", "", "finder", "finder:1.0", ""],
    ["jellyfin\n192.168.1.102", "media", "player", "traefik:1.0", ""],
  ]);
  expect(rowsOf("Memory")).toEqual([
    ["pi5", "not said", "64 MiB", "finder"],
    ["jellyfin", "not said", "0 MiB", "player"],
  ]);
  const text = sectionsText(sections);
  expect(text).toContain("192.168.1.102 player.example.org");
  for (const { title } of sections) {
    expect(text).toContain(title);
  }
});

test("an output that is not there is left out", () => {
  expect(sectionsOf({})).toEqual([]);
  expect(sectionsOf({ dns: outputs["dns"] }).map(({ title }) => title)).toHaveLength(1);
});

test("the firewall opens what the table says, for nobody where it says localhost", () => {
  const [nas] = homelab.hosts;
  const { omv, files } = firewallOf(nas);
  const entrances = omv.rules.map((rule) => `${rule.port}/${rule.protocol} ${rule.source}${rule.interface}`);
  expect([...new Set(entrances)]).toEqual([
    "22/tcp 192.168.1.0/24",
    "22/tcp 192.168.1.77",
    "22/tcp 10.8.0.0/16",
    "80/tcp 192.168.1.0/24",
    "80/tcp tailscale0",
    "445/tcp 192.168.1.0/24",
    "445/tcp tailscale0",
    "2049/tcp 192.168.1.102",
    "5302/udp 192.168.1.77",
    "5302/udp 192.168.1.102",
    "8080/tcp fd00:50::/64",
  ]);
  const published = (text = ""): string[] =>
    text.split("\n").filter((line) => line.startsWith("-A HOMELAB-PUBLISHED -s"));
  expect(published(files["/etc/homelab/firewall.v4"]?.join("\n"))).toEqual(
    ["192.168.1.0/24", "192.168.50.0/24"].map((from) => expect.stringMatching(`-s ${from} .* 8080 `) as unknown),
  );
});

interface Firewall {
  readonly omv: { readonly rules: readonly Record<"port" | "protocol" | "source" | "interface", string>[] };
  readonly files: Readonly<Record<string, readonly string[]>>;
}
const firewallOf = (host: HostModel | undefined): Firewall =>
  JSON.parse(host?.settings.find(({ name }) => name === "firewall")?.input as string) as Firewall;

const rowsOf = (title: string): unknown => {
  const section = sections.find((it: Section) => it.title === title);
  return section !== undefined && "rows" in section ? section.rows : undefined;
};
