import { mockEngine, registered } from "./register.js";
mockEngine();
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse, stringify } from "yaml";
import { Host } from "../../components/host.js";
import { shellCommand } from "../../hosts/shell.js";
import { buildHomelab } from "../../model/build.js";
import type { HomelabModel, HostModel } from "../../model/types.js";
import { HomelabError } from "../../model/yaml/problem.js";
import { where } from "../helper/fake-host.js";
import { HOST_KEY } from "../model/declare.js";

// Whatever is in a field of a Compose file or of the configuration: it is refused, or gets to the host as it is and
// runs nothing there. Every key that the program supports is in the file of the lab's test of parity.

const CANARY = "canary";
const HOSTILE = [
  `$(touch ${CANARY})`,
  `x;touch ${CANARY};x`,
  `x\`touch ${CANARY}\``,
  `x'; touch ${CANARY}; '`,
  `x"; touch ${CANARY}; "`,
  `x\ntouch ${CANARY}\n`,
  `x && touch ${CANARY} #`,
  `| touch ${CANARY}`,
  `/x;touch$IFS${CANARY}`,
  `/x/$(touch ${CANARY})/y`,
  `linux/x;touch ${CANARY}`,
  "-oProxyCommand=touch",
  "--modprobe=/x",
  "../../../etc/x",
  "/etc/../../x",
  "/x:/y:rw",
  "\\",
  "\r\n",
  "\0",
  "\uD800",
  "ünï\u202Ecode",
  "x".repeat(5000),
  "",
];

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Path = readonly (string | number)[];

const file = readFileSync(join(__dirname, "../lab/parity/stack/compose.yaml"), "utf8");
const compose = parse(file, { merge: true }) as { [key: string]: Json; services: Record<string, Json> };
delete compose["x-templates"];
/** The same with these services alone: most of the time goes into the others. */
const only = (...names: string[]): Json => ({
  ...compose,
  services: Object.fromEntries(names.map((name) => [name, compose.services[name] ?? null])),
});

/** With a setting of every kind. */
const CONFIG: Json = {
  config: {
    "homelab:domain": "example.org",
    "homelab:timezone": "Etc/UTC",
    "homelab:reboot": "04:30",
    "homelab:lan": { subnet: "10.0.0.0/16", subnet6: "fd00::/64", agents: { first: "10.0.0.1", last: "10.0.0.99" } },
    "homelab:admin": { from: ["lan", "guests"] },
    "homelab:hosts": {
      one: {
        address: "10.0.0.1",
        role: "nas",
        hostKey: HOST_KEY,
        services: ["my/parity.yaml"],
        platform: "linux/amd64",
        user: "deploy",
        memory: "64g",
      },
    },
    "homelab:audiences": { guests: ["10.1.0.0/16"] },
    "homelab:nas": { base: "debian", root: "/srv/nas", shares: { films: { write: ["anna"], read: ["ben"] } } },
    "homelab:services": { "switched-on": true },
    "homelab:projects": {
      parity: {
        values: { GREETING: "good day", SUBNET: "10.88.5", CANARY: "canary" },
        secrets: { PARITY_SECRET: { secure: "x" } },
      },
    },
    "homelab:secrets": Object.fromEntries(
      ["SMB_PASSWORD_ANNA", "SMB_PASSWORD_BEN"].map((name) => [name, { secure: "x" }]),
    ),
  },
};

function leaves(value: Json, at: Path = []): Path[] {
  return typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...at, Array.isArray(value) ? Number(key) : key]))
    : [at];
}

/** The same with another text at a place, or in the place of the last key that leads there. */
function changed(value: Json, [step, ...rest]: Path, text: string, isKey: boolean): Json {
  if (step === undefined || typeof value !== "object" || value === null) {
    return text;
  }
  const inner = (it: Json): Json => changed(it, rest, text, isKey);
  return Array.isArray(value)
    ? value.map((it, i) => (i === step ? inner(it) : it))
    : Object.fromEntries(
        Object.entries(value).map(([key, it]) => {
          const isLast = key === step && isKey && rest.every((more) => typeof more === "number");
          return isLast ? [text, it] : [key, key === step ? inner(it) : it];
        }),
      );
}

/** Undefined if it is refused. */
function build(declared: Json, config: Json): HomelabModel | undefined {
  const texts = [declared, config].map((it) =>
    stringify(it, { aliasDuplicateObjects: false, lineWidth: 0, defaultStringType: "QUOTE_DOUBLE" }),
  );
  try {
    return buildHomelab("test", (name) => {
      if (name.endsWith(".txt")) {
        return { text: "banner" };
      }
      return name.startsWith("stacks/")
        ? { text: "services: {}\n" }
        : { text: texts[name === "my/parity.yaml" ? 0 : 1] ?? "" };
    });
  } catch (error) {
    if (error instanceof HomelabError) {
      return undefined;
    }
    throw error;
  }
}

/** Every second place and the keys of the others, or the other way round, each with another of the hostile texts. */
function variants(seed: number): { what: string; text: string; host: HostModel }[] {
  const found: { what: string; text: string; host: HostModel }[] = [];
  const look = (what: string, text: string, model: HomelabModel | undefined): void => {
    model?.hosts.forEach((host) => found.push({ what, text, host }));
  };
  const texts = (i: number): string => HOSTILE[(i * 7 + seed) % HOSTILE.length] ?? "";
  // A dollar sign of a value is doubled: else it would be a mistake in what Compose puts in its place.
  const literal = (text: string): string => text.replaceAll("$", "$$$$");
  leaves(compose).forEach((path, i) => {
    const own = path[0] === "services" ? only("plain", "switched-on", String(path[1])) : compose;
    const isKey = (i + seed) % 2 === 0;
    const text = texts(i);
    look(path.join("."), text, build(changed(own, path, isKey ? text : literal(text), isKey), CONFIG));
  });
  leaves(CONFIG).forEach((path, i) => {
    const isKey = (i + seed) % 2 === 0;
    const text = texts(i);
    look(path.join("."), text, build(only("plain", "switched-on"), changed(CONFIG, path, text, isKey)));
  });
  return found;
}

/** Words of the commands that hooks run on a host (components/host-hooks.ts). */
const hookCommands = ({ services, networks }: HostModel): string[][] => [
  ...services.flatMap(({ name }) => [
    ["make-room", "container", name, "10", "300", "held"],
    ["bring-back", name],
    ["docker", "logs", "--tail", "20", name],
  ]),
  ...networks.map(({ name }) => ["make-room", "network", name]),
];

/** Runs commands where there is no program but touch. */
function run(commands: readonly string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), "hostile-"));
  mkdirSync(join(folder, "bin"));
  mkdirSync(join(folder, "empty"));
  symlinkSync(where("touch"), join(folder, "bin/touch"));
  const options = { cwd: join(folder, "empty"), env: { PATH: join(folder, "bin") }, input: commands.join("\0") };
  execFileSync(
    where("xargs"),
    ["-0", "-n", "1", where("sh"), "-c", '"$0" -c "$1" 2>/dev/null; :', where("sh")],
    options,
  );
  const left = readdirSync(join(folder, "empty"));
  rmSync(folder, { recursive: true });
  return left;
}

test("it is refused, or gets to the host as it is and runs nothing", async () => {
  expect(build(compose, CONFIG)).toBeDefined();
  expect(run(["touch found"])).toEqual(["found"]);

  const taken = variants(Math.floor(Math.random() * HOSTILE.length));
  expect(taken.length).toBeGreaterThan(10);
  const commands = new Set(taken.flatMap(({ host }) => hookCommands(host).map((words) => shellCommand(words))));
  const secrets = pulumi.secret({ "parity/PARITY_SECRET": "s", SMB_PASSWORD_ANNA: "a", SMB_PASSWORD_BEN: "b" });
  const all = await registered(() => {
    taken.forEach(({ host }, i) => new Host(undefined, `h${i}`, { host: { ...host, name: `h${i}` }, secrets }));
  });
  for (const { type, inputs } of all) {
    if (type === "command:remote:Command") {
      [inputs["create"], inputs["update"], inputs["delete"]].forEach((it) => commands.add(String(it)));
    }
  }
  expect(run([...commands])).toEqual([]);

  // These may say anything, and it gets there.
  taken.forEach(({ what, text }, i) => {
    if (/\.(environment|labels)\.[^.]+$|content$|\.options\.[^.]+$/.test(what) && text !== "") {
      const inputs = JSON.stringify(all.filter(({ name }) => name.startsWith(`h${i}/`)).map((it) => it.inputs));
      // In a list it is a name and a value.
      const [name = "", ...value] = /\.\d+$/.test(what) ? text.split("=") : [text];
      const parts = value.length === 0 ? [name] : [name, value.join("=")];
      const there = parts.every((part) => inputs.includes(JSON.stringify(part).slice(1, -1)));
      expect([what, text, there]).toEqual([what, text, true]);
    }
  });
});
