import { readFileSync } from "node:fs";
import { renamedHosts, renameProblems } from "../../model/drift/known-hosts.js";
import type { KnownHost } from "../../model/drift/known-hosts.js";
import type { ProblemCode } from "../../model/yaml/codes.js";
import { HomelabError } from "../../model/yaml/problem.js";
import type { Problem } from "../../model/yaml/problem.js";
import { withRemedies } from "../../model/yaml/remedy.js";
import { CONFIG, HOST_KEY, model } from "./declare.js";
import { SENTENCES } from "./sentences.js";

// Programs go by the codes of problems, as add-service does: for each an example that has this problem and no other. The
// type asks for an example of whatever code there will be, and sentences.ts freezes what each says.

type Files = Readonly<Record<string, string>>;
interface Example {
  readonly compose?: string;
  readonly config?: string;
  readonly files?: Files;
  /** What the state has. */
  readonly known?: readonly KnownHost[];
}

const WEB = "services:\n  web:\n    image: nginx:1.29\n";
/** A service with more lines. */
const web = (...lines: string[]): Example => ({ compose: WEB + lines.map((line) => `    ${line}\n`).join("") });
const two = (first: string, second: string): Example => ({
  compose: `${WEB}    ${first}\n  db:\n    image: postgres:18.6\n    ${second}\n`,
});
const image = (reference: string): Example => ({ compose: `services:\n  web:\n    image: ${reference}\n` });
const config = (...lines: string[]): Example => ({ config: CONFIG + lines.map((line) => `  ${line}\n`).join("") });
/** The only host, with other keys. */
const host = (keys: string): Example => ({ config: CONFIG.replace(/pi5: \{.*\}/, `pi5: {${keys}}`) });
const KEY = `hostKey: "${HOST_KEY}"`;
const PI5 = `address: 192.168.1.100, role: nas, ${KEY}`;
const PI6 = `address: 192.168.1.101, role: nas, ${KEY}`;
const MEDIA = "stacks/media/compose.yaml";
const port = (more: string): Example => web(`ports: [{target: 80, ${more}}]`);

const EXAMPLES: Readonly<Record<ProblemCode, Example>> = {
  "unreadable-file": host(`${PI5}, services: [my/none.yaml]`),
  "empty-file": { compose: "# nothing\n" },
  "invalid-yaml": { compose: "services: {\n" },
  "undefined-alias": web("hostname: *nothing"),
  "ambiguous-number": web("mem_limit: 0x10"),

  "unknown-key": web("imagee: x"),
  "unsupported-key": web("build: ."),
  "missing-value": { compose: "services:\n  web: {}\n" },
  "wrong-type": web("hostname: [a]"),
  "unknown-value": web("network_mode: 'service:x'"),
  "out-of-range": host(`${PI5}, port: 70000`),
  malformed: web("stop_grace_period: '30'"),
  "not-exactly-one": { compose: `${WEB}configs:\n  a: {}\n` },
  "empty-word": web("command: [a, '']"),
  "relative-bind": web('volumes: ["./x:/x"]'),
  "plain-text-secret": config("homelab:secrets: {TOKEN: x}"),
  "reserved-name": config("homelab:nas: {shares: {homes: {}}}"),
  placeholder: {
    ...web("hostname: ${DOMAIN}"),
    config: CONFIG.replace("example.org", "domain.com"),
  },
  "reserved-path": config("homelab:nas: {root: /mnt/media/x}"),

  "malformed-reference": web("hostname: ${-}"),
  "undefined-variable": web("hostname: ${NONE}"),
  "misplaced-secret": { ...web("hostname: ${TOKEN}"), ...config("homelab:secrets: {TOKEN: {secure: v1:x}}") },
  "missing-secret": { compose: `${WEB}    secrets: [token]\nsecrets:\n  token: {environment: TOKEN}\n` },
  "unknown-host": port('published: 80, x-audience: ["host:none"]'),
  "unknown-audience": port("published: 80, x-audience: ['?']"),
  "unknown-service": web("depends_on: [none]"),
  "unknown-network": web("networks: [none]"),
  "unknown-volume": web('volumes: ["none:/x"]'),
  "unknown-config": web("configs: [none]"),
  "unknown-secret": web("secrets: [none]"),
  "unknown-share": web('volumes: ["/mnt/media/none:/x"]'),

  "no-host-key": host("address: 192.168.1.100, role: nas"),
  "unsupported-platform": host(`${PI5}, platform: linux/arm/v6`),
  "outside-lan": host(PI5.replace("192.168.1", "192.168.2")),
  "outside-range": {
    config: CONFIG.replace(
      "192.168.1.0/24",
      "192.168.1.0/24, agents: {first: 192.168.1.110, last: 192.168.1.119}",
    ).replace("role: nas", "role: agent"),
    files: { "stacks/agent/compose.yaml": WEB },
  },
  "duplicate-address": {
    config: `${CONFIG}    pi6: {${PI5.replace("role: nas", "role: media")}}\n`,
    files: { [MEDIA]: WEB },
  },
  "renamed-host": { known: [{ name: "pi4", address: "192.168.1.100", port: 22, hostKey: HOST_KEY }] },

  "no-nas": { config: `${CONFIG.replace("role: nas", "role: media")}  homelab:nas: {}\n`, files: { [MEDIA]: WEB } },
  "several-nas": { config: `${CONFIG}    pi6: {${PI6}}\n  homelab:nas: {}\n` },
  "no-root": config("homelab:nas: {base: omv}"),
  "redundant-access": config(
    "homelab:nas: {shares: {tv: {write: [anna], read: [anna]}}}",
    "homelab:secrets: {SMB_PASSWORD_ANNA: {secure: v1:x}}",
  ),
  "mount-of-all-shares": web('volumes: ["/mnt/media:/x"]'),

  "untagged-image": image("nginx"),
  "moving-tag": image("nginx:latest"),
  "image-for-other-platform": {
    ...web("x-homelab: {platforms: [linux/amd64]}"),
    ...host(`${PI5}, platform: linux/arm64`),
  },
  "socket-without-reason": web('volumes: ["/var/run/docker.sock:/var/run/docker.sock"]'),
  "privileged-without-reason": web("privileged: true"),
  "system-path": web('volumes: ["/etc:/x"]'),
  "route-without-proxy": web("labels: {traefik.http.routers.web.rule: Host(`web.example.org`)}"),
  "duplicate-container": two("container_name: one", "container_name: one"),
  "duplicate-port": web(
    "ports: [{target: 80, published: 80, x-audience: [lan]}, {target: 81, published: 80, x-audience: [lan]}]",
  ),
  "duplicate-project": {
    ...host(`${PI5}, services: [my/x.yaml]`),
    files: { "my/x.yaml": "name: nas\nservices:\n  other:\n    image: nginx:1.29\n" },
  },
  "memory-exceeded": { ...web("mem_limit: 500m"), ...host(`${PI5}, memory: 512m`) },
  "healthcheck-without-test": web("healthcheck: {interval: 5s}"),
  "conflicting-keys": web("network_mode: host", "networks: [default]"),

  "no-audience": port("published: 80"),
  "empty-audience": port("published: 80, x-audience: []"),
  "random-port": port("x-audience: [lan]"),
  "useless-ports": web("network_mode: host", "ports: [{target: 80, published: 80, x-audience: [lan]}]"),
  "useless-listens": web("x-homelab: {listens: [{port: 80, audience: [lan]}]}"),

  "dependency-cycle": two("depends_on: [db]", "depends_on: [web]"),
  "dependency-off": two("depends_on: [db]", "profiles: [extra]"),
  "dependency-without-healthcheck": two("depends_on: {db: {condition: service_healthy}}", "init: true"),
};

/** What is wrong with an example: codes, and what the owner is told. */
function problemsIn({ compose = WEB, config: stack = CONFIG, files = {}, known = [] }: Example): string[][] {
  const told = (problems: readonly Problem[]): string[][] =>
    problems.map(({ code, message, remedies }) => [code, withRemedies(message, remedies)]);
  try {
    const { hosts } = model(compose, stack, files);
    return told(renameProblems("test", stack, renamedHosts(hosts, known)));
  } catch (error) {
    if (error instanceof HomelabError) {
      return told(error.problems);
    }
    throw error;
  }
}

test.each(Object.entries(EXAMPLES))("%s", (code, example) => {
  expect(problemsIn(example)).toEqual([[code, SENTENCES[code as ProblemCode]]]);
});

test("no schema puts the failures that zod knows into words of its own, or hides a hint in them", () => {
  const files = ["audience", "subnet", "config/settings", "config/nas-settings", "compose/file", "compose/service"];
  const more = ["compose/ports", "compose/volumes", "compose/values", "compose/secret-sources"];
  for (const file of [...files, ...more]) {
    expect([file, /\berror: ["'`]|\.regex\(| -> /.exec(readFileSync(`model/${file}.ts`, "utf8"))?.[0]]).toEqual([
      file,
      undefined,
    ]);
  }
});
