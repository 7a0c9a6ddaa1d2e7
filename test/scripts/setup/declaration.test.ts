import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { buildHomelab } from "../../../model/build.js";
import { readFrom } from "../../../model/load.js";
import { readDeclared } from "../../../model/services/declared.js";
import { neededSecrets } from "../../../model/services/secrets.js";
import { PROGRAM } from "../../../scripts/lib/project.js";
import { broughtBy, hostsMistake, PURPOSES, rolesOf, servicesOf } from "../../../scripts/setup/hosts.js";
import type { Purpose } from "../../../scripts/setup/hosts.js";
import { takeSteps } from "../../../scripts/setup/steps.js";
import { declaration } from "../../../scripts/setup/steps/declaration.js";
import { declarationOf } from "../../../scripts/setup/template.js";
import { HOST_KEY } from "../../model/declare.js";
import { says, setupIn } from "./talk.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "setup-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});
const written = (): string => readFileSync(join(folder, "Pulumi.test.yaml"), "utf8");
const sample = (): void => {
  cpSync(join(PROGRAM, "Pulumi.homelab.yaml"), join(folder, "Pulumi.test.yaml"));
};
const nothing = (): Promise<never[]> => Promise.resolve([]);

test("hosts that are found are offered, named and given a purpose; what is wrong is asked again", async () => {
  sample();
  const searched: string[] = [];
  const find = (subnet: string) => {
    searched.push(subnet);
    return Promise.resolve([
      { address: "192.168.1.5", banner: "SSH-2.0-OpenSSH_9.2p1" },
      { address: "192.168.1.6", banner: "SSH-2.0-dropbear" },
    ]);
  };
  const { prompter, wrong } = says({
    replace: ["yes"],
    subnet: ["192.168.0.0/16", "everything", "192.168.1.0/24"],
    found: ["192.168.1.7", "192.168.1.5"],
    more: ["192.168.1.300", "192.168.1.9"],
    "name:192.168.1.5": ["Pi 5", "pi5"],
    "purpose:192.168.1.5": ["nas"],
    "name:192.168.1.9": ["pi5", "spare"],
    "purpose:192.168.1.9": ["nas", "none"],
    domain: ["example", "none"],
  });
  await takeSteps([declaration(find)], setupIn(folder, prompter));
  expect(searched).toEqual(["192.168.1.0/24"]);
  expect(wrong).toEqual([
    "192.168.0.0/16 is too large to search: /24 or smaller",
    '"everything" is not a subnet: write it as 192.168.1.0/24',
    '"192.168.1.7" is none of 192.168.1.5, 192.168.1.6',
    '"192.168.1.300" is not an IPv4 address',
    '"Pi 5" is not a host name: use small letters, digits and dashes',
    "pi5 is the name of another",
    "the shares lie on one host: give the role nas to one of pi5, 192.168.1.9",
    '"example" is not a domain, such as example.org',
  ]);
  expect(written()).toContain("  homelab:domain: home.arpa\n");
  expect(written()).toContain("    pi5: {address: 192.168.1.5, role: nas}\n    spare: {address: 192.168.1.9}\n");
});

test("what the file says is not asked again, and stays", async () => {
  const own = "# mine\nconfig:\n  homelab:domain: example.org\n  homelab:hosts: {a: {address: 192.168.1.2}}\n";
  writeFileSync(join(folder, "Pulumi.test.yaml"), own);
  const { prompter, said } = says({});
  await takeSteps([declaration(nothing)], setupIn(folder, prompter));
  expect([written(), said]).toEqual([own, ["✓ Configuration: Pulumi.test.yaml has a"]]);
});

test("the sample stays where its owner says so", async () => {
  sample();
  const before = written();
  await takeSteps([declaration(nothing)], setupIn(folder, says({ replace: ["no"] }).prompter));
  expect(written()).toBe(before);
});

test("GitHub is asked about only where a controller is to have Woodpecker", async () => {
  const host = "ci=192.168.1.5:ci";
  await takeSteps(
    [declaration(nothing)],
    setupIn(folder, says({ domain: ["none"], woodpecker: ["no"] }).prompter, { host }),
  );
  expect(parse(written())).toMatchObject({
    config: { "homelab:services": { "woodpecker-server": false, "woodpecker-agent": false, postgres: false } },
  });
  rmSync(join(folder, "Pulumi.test.yaml"));
  const { prompter } = says({
    domain: ["example.org"],
    woodpecker: ["yes"],
    "woodpecker-admin": ["anna"],
    "woodpecker-client": ["Ov23liAbc"],
  });
  await takeSteps([declaration(nothing)], setupIn(folder, prompter, { host, timezone: "Europe/Berlin" }));
  const { config } = parse(written()) as { config: object };
  expect(config).toMatchObject({
    "homelab:values": { WOODPECKER_ADMIN: "anna", WOODPECKER_GITHUB_CLIENT: "Ov23liAbc" },
    "homelab:timezone": "Europe/Berlin",
  });
  expect(config).not.toHaveProperty("homelab:services");
});

test.each([
  [
    "pi=192.168.1.2:nass",
    '"nass" is not a role: write nas, ci, media, agent, nas+media, nas+ci, ci+media, nas+media+ci, none',
  ],
  ["pi=192.168.1", '"192.168.1" is not an IPv4 address'],
  ["192.168.1.2", '"" is not a host name: use small letters, digits and dashes'],
  ["a=192.168.1.2,a=192.168.1.3", "a is given twice"],
  ["a=192.168.1.2,b=192.168.1.2", "192.168.1.2 is given twice"],
  ["a=192.168.1.2:agent", "the role agent needs a host with the role ci, whose pipelines it runs"],
  ["", "name at least one host"],
  ["a=192.168.1.2:ci,b=192.168.1.3:agent", undefined],
  ["a=192.168.1.2:nas+media+ci,b=192.168.1.3:agent", undefined],
  ["a=192.168.1.2:nas+media,b=192.168.1.3:nas+ci", "the shares lie on one host: give the role nas to one of a, b"],
])("hosts given as %s: %s", (hosts, mistake) => {
  expect(hostsMistake(hosts)).toBe(mistake);
});

test.each<[Purpose, string]>([
  ["agent", "woodpecker-agent"],
  ["nas+media", "nas and media"],
  ["nas+media+ci", "nas and media and ci: one Pi does it all"],
  ["none", "nothing yet: Docker, firewall and updates, for your own Compose files"],
])("%s brings: %s", (purpose, words) => {
  expect(broughtBy(purpose)).toBe(words);
});

const combinations: readonly (readonly Purpose[])[] = [
  ...PURPOSES.filter((it) => it !== "agent").map((it) => [it]),
  ["nas", "ci", "media", "agent", "agent"],
  ["nas+media", "ci", "none"],
  ["nas+media+ci", "agent"],
];

test.each(combinations.map((purposes) => ({ purposes })))("what is written for $purposes passes", ({ purposes }) => {
  const text = declarationOf({
    hosts: purposes.map((purpose, i) => ({ name: `h${i}`, address: `10.0.${i % 2}.${i + 2}`, purpose })),
    domain: "home.arpa",
    timezone: "Etc/UTC",
    ownAddress: "10.0.0.7/24",
    woodpecker: undefined,
  });
  const pinned = text.replaceAll(/(address: [\d.]+)/g, `$1, hostKey: ${HOST_KEY}`);
  const files = readFrom([PROGRAM]);
  const read = (config: string) => (file: string) => (file === "Pulumi.test.yaml" ? { text: config } : files(file));
  const secrets = neededSecrets(readDeclared("test", read(pinned))).map(({ name }) => `    ${name}: {secure: v1:x}\n`);
  const { hosts } = buildHomelab(
    "test",
    read(`${pinned}${secrets.length > 0 ? "  homelab:secrets:\n" : ""}${secrets.join("")}`),
  );
  for (const [i, purpose] of purposes.entries()) {
    const runs = hosts[i]?.services.map(({ name }) => name) ?? [];
    const brought = rolesOf(purpose)
      .flatMap(servicesOf)
      .filter((it) => !/woodpecker|postgres/.test(it));
    expect(runs.sort()).toEqual([...new Set(brought)].sort());
  }
});
