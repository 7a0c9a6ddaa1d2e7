import { identityOf, knownHostsIn, renamedHosts, renameProblems } from "../../model/drift/known-hosts.js";
import { movedData, movedSentence } from "../../model/drift/moved-data.js";
import { CONFIG, HOST_KEY, model } from "./declare.js";

const URN = "urn:pulumi:test::homelab::homelab:index:";
const OTHER_KEY = HOST_KEY.replace(/A$/, "B");
const host = (name: string, outputs: object): { urn: string; outputs: object } => ({
  urn: `${URN}NasHost::${name}`,
  outputs,
});
const volume = (name: string): { urn: string } => ({
  urn: `${URN}NasHost$homelab:index:Containers$docker:index/volume:Volume::${name}`,
});

describe("a host under another name", () => {
  const { hosts } = model("services: {}\n");
  const pi5 = { address: "192.168.1.100", port: 22, hostKey: HOST_KEY };

  test("is the one that has its address and its key in the state", () => {
    const known = knownHostsIn([
      host("pi4", pi5),
      host("nas/settings", pi5),
      { urn: "urn:pulumi:test::homelab::x::y" },
    ]);
    expect(known).toEqual([{ name: "pi4", ...pi5 }]);
    const renamed = renamedHosts(hosts, known);
    expect(renamed).toEqual([{ from: "pi4", to: "pi5" }]);
    expect(renameProblems("test", CONFIG, renamed)).toEqual([
      expect.objectContaining({
        line: 5,
        path: "config.homelab:hosts.pi5",
        remedies: [expect.objectContaining({ command: "npm run rename -- --stack test pi4 pi5" })],
      }),
    ]);
  });

  test.each([
    ["the same name", { name: "pi5", ...pi5 }],
    ["another address", { name: "pi4", ...pi5, address: "192.168.1.101" }],
    ["another port", { name: "pi4", ...pi5, port: 2222 }],
    ["another key", { name: "pi4", ...pi5, hostKey: OTHER_KEY }],
  ])("is not one with %s", (_, known) => {
    expect(renamedHosts(hosts, [known])).toEqual([]);
  });

  test("is known by what the program registers", () => {
    const [declared] = hosts;
    expect(declared && knownHostsIn([host("pi5", identityOf(declared))])).toEqual([{ name: "pi5", ...pi5 }]);
  });
});

describe("a service on another host than before", () => {
  const wiki = "services:\n  wiki: {image: 'wiki:1.0', volumes: ['pages:/pages']}\nvolumes:\n  pages:\n";
  const two = `${CONFIG.replace(/pi5: \{/, "pi5: {services: [my/wiki.yaml], ")}    pi6: {address: 192.168.1.101, hostKey: "${HOST_KEY}"}\n`;
  const { hosts } = model("services: {}\n", two, { "my/wiki.yaml": wiki });

  test("leaves its data behind, which is said with the command that takes them along", () => {
    const [moved, ...others] = movedData(hosts, [volume("pi6/volume/wiki_pages")]);
    expect([moved, others]).toEqual([
      { service: "wiki", from: "pi6", to: "pi5", volumes: ["wiki_pages"], lost: true },
      [],
    ]);
    expect(moved && movedSentence({ ...moved, lost: false }, "test")).toContain("its data stay behind on pi6");
    expect(moved && movedSentence(moved, "test")).toBe(
      "wiki moves from pi6 to pi5, and its data are REMOVED from pi6: volume wiki_pages -> to take them along: npm run move -- --stack test wiki pi6 pi5",
    );
  });

  test.each([
    ["its volume is there already", ["pi6/volume/wiki_pages", "pi5/volume/wiki_pages"]],
    ["it is new", ["pi6/volume/other_pages"]],
    ["it has no volume", []],
  ])("leaves nothing behind where %s", (_, names) => {
    expect(movedData(hosts, names.map(volume))).toEqual([]);
  });
});
