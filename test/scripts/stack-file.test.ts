import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../scripts/lib/command.js";
import { PROGRAM } from "../../scripts/lib/project.js";
import { StackFile } from "../../scripts/lib/stack-file.js";
import { HOST_KEY } from "../model/declare.js";

const FILE = "Pulumi.homelab.yaml";
const TEXT = readFileSync(join(PROGRAM, FILE), "utf8");

describe("a new host", () => {
  const add = (name: string, address: string, role = "agent", text = TEXT): string => {
    const file = new StackFile(FILE, text);
    file.addHost(name, { address, role });
    return file.text;
  };

  test("is one line more, behind the others; whatever else the file has stays, comments included", () => {
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
});

describe("a service of a host", () => {
  const withService = (text: string, host: string, composeFile: string): string => {
    const file = new StackFile("Pulumi.test.yaml", text);
    file.addService(host, composeFile);
    return file.text;
  };
  const config = `# mine\nconfig:\n  homelab:hosts:\n    # the NAS\n    pi5: { address: 192.168.1.100, role: nas, memory: 8g } # below the stairs\n    pi4:\n      address: 192.168.1.101\n`;

  test("is added, and comments and the rest stay", () => {
    expect(withService(config, "pi5", "my/a/compose.yaml")).toBe(
      config.replace("8g }", "8g, services: [ my/a/compose.yaml ] }"),
    );
    expect(withService(config, "pi4", "my/a/compose.yaml")).toBe(
      `${config}      services:\n        - my/a/compose.yaml\n`,
    );
  });

  test("is added once", () => {
    const once = withService(config, "pi5", "my/a/compose.yaml");
    expect(withService(once, "pi5", "my/a/compose.yaml")).toBe(once);
    expect(withService(once, "pi5", "my/b/compose.yaml")).toContain("[ my/a/compose.yaml, my/b/compose.yaml ]");
  });

  test("needs a host that is there", () => {
    expect(() => withService(config, "pi-5", "x")).toThrow(
      'Pulumi.test.yaml has no host "pi-5" under homelab:hosts: write "pi5"',
    );
    expect(() => withService(config, "something", "x")).toThrow("known here: pi5, pi4");
  });
});

test("a value of a project is written, and takes the place of another only where that is meant", () => {
  const file = new StackFile("Pulumi.test.yaml", "config:\n  homelab:projects:\n    blog: { values: { TAG: 2 } }\n");
  expect([file.setValue("blog", "TAG", "2"), file.changed]).toEqual([true, false]);
  expect([file.setValue("blog", "TAG", "3"), file.changed]).toEqual([false, false]);
  expect(file.setValue("blog", "TAG", "3", true)).toBe(true);
  expect(file.setValue("wiki", "URL", "1.50")).toBe(true);
  expect(file.setValue("wiki", "SINCE", "2024-01-01")).toBe(true);
  expect(file.text).toContain('SINCE: "2024-01-01"'); // a date to Pulumi's engine, which would write it back as one
  expect(file.text).toContain('TAG: "3"');
  expect(file.text).toContain('wiki:\n      values:\n        URL: "1.50"');
});

test("a service is switched on by its place, unless it is said to be off", () => {
  const file = new StackFile("Pulumi.test.yaml", "config:\n  homelab:services: { pi5/db: false }\n");
  file.switchOn("pi5/db");
  expect(file.changed).toBe(false);
  file.switchOn("pi5/web");
  expect(file.text).toContain("{ pi5/db: false, pi5/web: true }");
});

describe("what is known of a host", () => {
  const text = `config:
  homelab:services: { pi5: true }
  homelab:hosts:
    # mine
    pi5: { address: 192.168.1.100, role: nas, hostKey: "${HOST_KEY}" }
    pi4: { address: 192.168.1.101, port: 2222 }
    odd: { address: 192.168.1.102, port: 70000 }
    none: { role: agent }
    other: { address: 192.168.1.103, role: gateway }
`;
  const file = new StackFile("Pulumi.test.yaml", text);

  test("is what the file says; the port is the configuration's default", () => {
    expect(file.hosts).toEqual(["pi5", "pi4", "odd", "none", "other"]);
    expect(file.host("pi5")).toEqual({
      name: "pi5",
      address: "192.168.1.100",
      port: 22,
      role: "nas",
      hostKey: HOST_KEY,
    });
    expect(file.host("pi4")).toEqual({ name: "pi4", address: "192.168.1.101", port: 2222 });
  });

  test.each([
    ["pi-5", 'has no host "pi-5" under homelab:hosts: write "pi5"'],
    ["odd", "the port of odd must be a number from 1 to 65535"],
    ["none", 'the host "none" has no address'],
    ["other", "the role of other must be one of"],
  ])("%s cannot be used", (name, message) => {
    expect(() => file.host(name)).toThrow(message);
    expect(() => file.host(name)).toThrow(UserError);
  });

  test("its line is that under homelab:hosts", () => {
    expect([file.lineOf("pi5"), file.lineOf("gone")]).toEqual([5, undefined]);
    expect(new StackFile("Pulumi.test.yaml", "a: 1\n").lineOf("pi5")).toBeUndefined();
  });
});

test("a pinned key is written, and nothing else is touched; without a change nothing is written", async () => {
  const folder = await mkdtemp(join(tmpdir(), "stack-file-"));
  const path = join(folder, "Pulumi.test.yaml");
  const before =
    "# all\nconfig:\n  homelab:hosts:\n    pi5: {address:   192.168.1.100}\n    pi4: {address:   192.168.1.101}\n";
  try {
    await writeFile(path, before);
    const file = StackFile.read(folder, "test");
    await file.save(() => "not this");
    expect(await readFile(path, "utf8")).toBe(before);
    file.pin("pi4", HOST_KEY);
    await file.save();
    expect(await readFile(path, "utf8")).toBe(
      before.replace("{address:   192.168.1.101}", `{ address: 192.168.1.101, hostKey: ${HOST_KEY} }`),
    );
    expect(StackFile.find(folder, "gone")).toBeUndefined();
    expect(() => StackFile.read(folder, "gone")).toThrow("Pulumi.gone.yaml, which declares the homelab, is missing");
  } finally {
    await rm(folder, { recursive: true });
  }
});
