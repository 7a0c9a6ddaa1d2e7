import type { ReadFile } from "../../model/types.js";
import { describeRemoval } from "../../scripts/remove-service/describe.js";
import { removeService } from "../../scripts/remove-service/removal.js";
import { UserError } from "../../scripts/lib/command.js";
import { StackFile } from "../../scripts/lib/stack-file.js";
import { HOST_KEY } from "../model/declare.js";
import { COMPOSE_FILES } from "./homelab.js";

const NAME = "Pulumi.test.yaml";
const CONFIG = `# mine
config:
  homelab:domain:   example.org
  homelab:lan: {subnet: 192.168.1.0/24}
  homelab:hosts:
    pi5: {address: 192.168.1.100, role: nas, hostKey: "${HOST_KEY}"}
    jellyfin:
      address: 192.168.1.102
      role: media
      port: 2222
      hostKey: "${HOST_KEY}"
      services:
        # the family's
        - my/wiki/compose.yaml # since May
        - my/blog/compose.yaml
      # 8 GB since July
      memory:   8g
  homelab:services:
    # not yet
    cron: false
    extra: true
  homelab:secrets:
    SHARED: {secure: v1:y}
  homelab:projects:
    wiki: {secrets: {WIKI_PASSWORD: {secure: v1:x}}, shared: [SHARED]}
    blog: {shared: [SHARED]}
`;
const FILES: Readonly<Record<string, string>> = {
  ...COMPOSE_FILES,
  "stacks/nas/compose.yaml": `${COMPOSE_FILES["stacks/nas/compose.yaml"] ?? ""}  base: {image: "base:1.0"}
  top: {image: "top:1.0", depends_on: [base]}
  extra: {image: "extra:1.0", profiles: [extra]}
`,
  "my/wiki/compose.yaml": `services:
  wiki:
    image: wiki:1.0
    environment: {PASSWORD: "\${WIKI_PASSWORD}", SHARED: "\${SHARED}"}
    volumes: ["pages:/pages", "cache:/cache", "/srv/wiki:/attic", "/srv/read:/read:ro"]
    depends_on: [wiki-db]
  wiki-db: {image: "postgres:18.6"}
  cron: {image: "cron:1.0"}
volumes: {pages: {x-stateful: true}, cache: }
x-secrets: {WIKI_PASSWORD: {generate: 20}, SHARED: {generate: 20}}
`,
  "my/blog/compose.yaml": `services:
  blog: {image: "blog:1.0", environment: {SHARED: "\${SHARED}"}}
x-secrets: {SHARED: {generate: 20}}
`,
};

/** Takes a service out of a configuration. @returns what the file then holds, and what is said */
function removed(name: string, host?: string, config = CONFIG): { text: string; said: string } {
  const file = new StackFile(NAME, config);
  const read: ReadFile = (path) => {
    const text = path === NAME ? config : FILES[path];
    return text === undefined ? { problem: "is missing" } : { text };
  };
  const removal = removeService({ stack: "test", file, read }, name, host);
  return { text: file.text, said: describeRemoval(removal, "test") };
}

test("the line of its Compose file goes, with the switches that mean nothing without it; all else stays", () => {
  expect(removed("wiki").text).toBe(
    CONFIG.replace("        - my/wiki/compose.yaml # since May\n", "").replace("    cron: false\n", ""),
  );
});

test("what goes and what is kept is said, with the commands that remove it; a secret that others use is not among it", () => {
  expect(removed("wiki-db").said.split("\n")).toEqual([
    "Pulumi.test.yaml:14  my/wiki/compose.yaml is out of the services of jellyfin",
    "The next deployment removes jellyfin/wiki-db, jellyfin/wiki.",
    "With its data goes: volume jellyfin/wiki_cache",
    "Kept; where a command removes it, run that after the deployment:",
    "  volume jellyfin/wiki_pages: ssh -p 2222 deploy@192.168.1.102 docker volume rm wiki_pages",
    "  folder jellyfin:/srv/wiki",
    "  secret wiki/WIKI_PASSWORD: npx pulumi config rm --path homelab:projects.wiki.secrets.WIKI_PASSWORD --stack test",
    "  my/wiki/compose.yaml, in this project",
    "-> npm run deploy -- jellyfin --stack test",
  ]);
});

test("the last of a host's Compose files takes the list with it", () => {
  const once = removed("wiki").text;
  expect(removed("blog", "jellyfin", once).text).toBe(
    once.replace(/ {6}services:\n {8}# the family's\n {8}- my\/blog\/compose.yaml\n/, ""),
  );
});

test("a service of a role is switched off, or no longer on where it is off by itself", () => {
  expect(removed("homepage").text).toBe(CONFIG.replace("    extra: true\n", "    extra: true\n    homepage: false\n"));
  expect(removed("watchtower").said).toContain("The next deployment removes pi5/watchtower, jellyfin/watchtower.");
  expect(removed("extra").text).toBe(CONFIG.replace("    extra: true\n", ""));
});

test("a service that every role has is switched off on one host by its name there", () => {
  const once = removed("watchtower", "pi5");
  expect(once.text).toBe(CONFIG.replace("    extra: true\n", "    extra: true\n    pi5/watchtower: false\n"));
  expect(once.said).toContain("The next deployment removes pi5/watchtower.");
  expect(removed("watchtower", "jellyfin", once.text).text).toContain("    jellyfin/watchtower: false\n");
});

test.each([
  ["wikki", undefined, 'There is no service "wikki": write "wiki"'],
  ["wiki", "pi5", 'pi5 has no service "wiki": known here: '],
  ["wiki", "jelyfin", 'There is no host "jelyfin": write "jellyfin"'],
  ["pi5/blog", undefined, 'pi5 has no service "blog": known here: '],
  ["base", undefined, "top cannot run without base: remove that first."],
])("%s of %s is refused", (name, host, message) => {
  expect(() => removed(name, host)).toThrow(UserError);
  expect(() => removed(name, host)).toThrow(message);
});

test("of several hosts with a file of that service one has to be named", () => {
  const both = CONFIG.replace("role: nas,", "role: nas, services: [my/blog/compose.yaml],");
  expect(() => removed("blog", undefined, both)).toThrow(
    'Several hosts have a service "blog". Write one of: pi5/blog, jellyfin/blog',
  );
  expect(removed("pi5/blog", undefined, both).text).toMatch(/pi5: \{ address: 192\.168\.1\.100, role: nas, hostKey/);
  expect(removed("blog", "pi5", both).said).not.toContain("my/blog/compose.yaml, in this project");
});

test("nothing is taken out that the rest needs", () => {
  const uses = CONFIG.replace("- my/blog/compose.yaml", "- my/uses/compose.yaml");
  const file = new StackFile(NAME, uses);
  const files: Readonly<Record<string, string>> = {
    ...FILES,
    [NAME]: uses,
    "my/uses/compose.yaml":
      'services: {uses: {image: "uses:1.0", networks: [wiki]}}\nnetworks: {wiki: {external: true, name: wiki_default}}\n',
  };
  const read: ReadFile = (path) => {
    const text = files[path];
    return text === undefined ? { problem: "is missing" } : { text };
  };
  expect(() => removeService({ stack: "test", file, read }, "wiki")).toThrow(
    "jellyfin/uses uses wiki_default, which would go: change my/uses/compose.yaml first.",
  );
});
