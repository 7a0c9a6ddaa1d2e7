import { readFileSync } from "node:fs";
import { join } from "node:path";
import { withHost } from "../../scripts/bootstrap/add-host.js";
import { PROGRAM } from "../../scripts/lib/project.js";

const FILE = "Pulumi.homelab.yaml";
const TEXT = readFileSync(join(PROGRAM, FILE), "utf8");
const add = (name: string, address: string, role = "agent", text = TEXT): string =>
  withHost(FILE, text, name, { address, role });

test("a new host is one line more, behind the others; whatever else the file has stays, comments included", () => {
  const lines = TEXT.split("\n");
  const last = lines.findIndex((line) => line.includes("pi-zero-2:"));
  lines.splice(last + 1, 0, "    pi-zero-3: { address: 192.168.1.112, role: agent }");
  expect(add("pi-zero-3", "192.168.1.112")).toBe(lines.join("\n"));
});

test("the same host again changes nothing, not even the file's layout", () => {
  const text = TEXT.replace("pi5: {", "pi5:   {");
  expect(add("pi5", "192.168.1.100", "nas", text)).toBe(text);
});

test("the first host of all gets its line too", () => {
  const text = "config:\n  homelab:domain: example.org\n  homelab:lan: { subnet: 10.0.0.0/24 }\n";
  const changed = add("one", "10.0.0.5", "nas", `${text}  homelab:hosts: {}\n`);
  expect(changed).toMatch(/one: \{ address: 10\.0\.0\.5, role: nas \}/);
});

test.each([
  ["a name that is there with another address", "pi5", "192.168.1.103", 'has a host "pi5" already'],
  ["an address that another host has", "pi-zero-3", "192.168.1.111", "is already the address of pi-zero-2"],
  ["an address outside the LAN", "pi-zero-3", "10.0.0.1", "is outside the LAN"],
  ["an address outside the agents' range", "pi-zero-3", "192.168.1.150", "is outside the agents' range"],
  ["what is no address", "pi-zero-3", "192.168.1", "is not an IPv4 address"],
  ["what is no name", "Pi Zero", "192.168.1.112", "is not a host name"],
])("%s is refused", (_, name, address, message) => {
  expect(() => add(name, address)).toThrow(message);
});
