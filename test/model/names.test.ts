import { buildHomelab } from "../../model/build.js";
import { secretPath, setSecret } from "../../model/compose/names.js";
import { neededSecrets } from "../../model/services/secrets.js";
import { readDeclared } from "../../model/services/declared.js";
import { fillIn } from "../../model/text.js";
import { CONFIG, HOST_KEY, problemsOf } from "./declare.js";

// What ${NAME} stands for belongs to the project of the Compose file.

const file = (name: string): string =>
  `services:\n  ${name}:\n    image: nginx:1.29\n    environment: {PASSWORD: "\${DB_PASSWORD}", PORT: "\${PORT}", ZONE: "\${TIMEZONE}"}\n`;
const FILES = { "my/blog/compose.yaml": file("blog"), "my/wiki/compose.yaml": file("wiki") };
const HOSTS = `config:
  homelab:domain: example.org
  homelab:lan: {subnet: 192.168.1.0/24}
  homelab:hosts:
    pi5: {address: 192.168.1.100, hostKey: "${HOST_KEY}", services: [my/blog/compose.yaml, my/wiki/compose.yaml]}
`;
const read =
  (lines: readonly string[], files: Readonly<Record<string, string>> = {}) =>
  (path: string): { text: string } => ({
    text:
      Object.entries({ ...FILES, ...files }).find(([it]) => it === path)?.[1] ??
      HOSTS + lines.map((it) => `  ${it}\n`).join(""),
  });
const environments = (...lines: string[]): Record<string, string>[] =>
  buildHomelab("test", read(lines)).hosts.flatMap(({ services }) =>
    services.map(({ definition: { environment } }) =>
      Object.fromEntries(Object.entries(environment).map(([key, text]) => [key, fillIn(text, (id) => `<${id}>`)])),
    ),
  );
const problems = (...lines: string[]): string[] => problemsOf(() => buildHomelab("test", read(lines)));

test("two projects with the same names have values and secrets of their own", () => {
  expect(
    environments(
      "homelab:projects:",
      "  blog: {values: {PORT: 1}, secrets: {DB_PASSWORD: {secure: x}}}",
      "  wiki: {values: {PORT: 2, TIMEZONE: America/Denver}, secrets: {DB_PASSWORD: {secure: y}}}",
    ),
  ).toEqual([
    { PASSWORD: "<blog/DB_PASSWORD>", PORT: "1", ZONE: "Etc/UTC" },
    { PASSWORD: "<wiki/DB_PASSWORD>", PORT: "2", ZONE: "America/Denver" },
  ]);
});

test("the homelab's own names are another project's only where the owner shares them, and the hint does that", () => {
  const own = ["homelab:values: {PORT: 7}", "homelab:secrets: {DB_PASSWORD: {secure: x}}", "homelab:projects:"];
  const blog = "  blog: {values: {PORT: 1}, secrets: {DB_PASSWORD: {secure: x}}}";
  expect(problems(...own, blog)[0]).toContain(
    "nothing provides ${DB_PASSWORD} -> share the homelab's DB_PASSWORD: npx pulumi config set --stack test --path 'homelab:projects.wiki.shared[0]' DB_PASSWORD",
  );
  expect(environments(...own, blog, "  wiki: {shared: [DB_PASSWORD, PORT]}")[1]).toEqual({
    PASSWORD: "<DB_PASSWORD>",
    PORT: "7",
    ZONE: "Etc/UTC",
  });
});

test("a secret that a project declares and only the homelab has is not taken from it, and either hint works", () => {
  const declared = { "my/wiki/compose.yaml": `${file("wiki")}x-secrets: {DB_PASSWORD: {generate: 24}}\n` };
  const all = [
    "homelab:secrets: {DB_PASSWORD: {secure: x}}",
    "homelab:projects:",
    "  blog: {shared: [DB_PASSWORD], values: {PORT: 1}}",
  ];
  const wiki = (names: string): string[] =>
    problemsOf(() => buildHomelab("test", read([...all, `  wiki: {${names}}`], declared)));
  expect(wiki("values: {PORT: 2}")).toEqual([
    "my/wiki/compose.yaml:4 services.wiki.environment.PASSWORD: the project wiki has no secret DB_PASSWORD, and does not share the homelab's -> let it be made: npm run secrets -- --stack test, or share the homelab's DB_PASSWORD: npx pulumi config set --stack test --path 'homelab:projects.wiki.shared[0]' DB_PASSWORD",
  ]);
  expect(wiki("values: {PORT: 2}, shared: [DB_PASSWORD]")).toEqual([]);
  expect(wiki("values: {PORT: 2}, secrets: {DB_PASSWORD: {secure: y}}")).toEqual([]);
});

test("what the program provides is not changed for every project", () => {
  expect(
    problemsOf(() => buildHomelab("test", () => ({ text: `${CONFIG}  homelab:values: {TIMEZONE: x}\n` })))[0],
  ).toBe("Pulumi.test.yaml:6 config.homelab:values.TIMEZONE: TIMEZONE follows from homelab:timezone -> remove it here");
});

test("what is left of the sample is no mistake where the project has a value of its own", () => {
  const sample = HOSTS.replace("example.org", "domain.com");
  const files = (values: string): Readonly<Record<string, string>> => ({
    "Pulumi.test.yaml": `${sample}  homelab:projects: {wiki: {values: {${values}}}}\n`,
    "my/blog/compose.yaml": "services: {blog: {image: 'nginx:1.29'}}\n",
    "my/wiki/compose.yaml": "services: {wiki: {image: 'nginx:1.29', hostname: '${DOMAIN}'}}\n",
  });
  const said = (values: string): string[] =>
    problemsOf(() => buildHomelab("test", (path) => ({ text: files(values)[path] ?? "" })));
  expect(said("TOP: x")).toEqual([expect.stringContaining('still says "domain.com"')]);
  expect(said("DOMAIN: wiki.example.org")).toEqual([]);
});

test("what is not of the form of a value or a secret is said, where it is", () => {
  const wiki = "  wiki: {values: {PORT: 2}, secrets: {DB_PASSWORD: {secure: x}}}";
  expect(problems("homelab:projects:", "  blog: {secrets: {DB_PASSWORD: hunter2}}", wiki)).toEqual([
    "Pulumi.test.yaml:7 config.homelab:projects.blog.secrets.DB_PASSWORD: is stored in plain text -> encrypt it: npx pulumi config set --secret --path homelab:projects.blog.secrets.DB_PASSWORD",
  ]);
  expect(problems("homelab:values: {V: {secure: AAA}}")).toEqual([
    "Pulumi.test.yaml:6 config.homelab:values.V: is encrypted, and only secrets are -> move it to secrets:",
  ]);
  expect(problems("homelab:secrets: {A: {secured: x}}")).toHaveLength(1);
});

test("the secrets that are needed are known as the projects' own", () => {
  const lines = ["homelab:projects:", "  blog: {values: {PORT: 1}, secrets: {DB_PASSWORD: {secure: x}}}"];
  const declared = readDeclared(
    "test",
    read([...lines, "  wiki: {values: {PORT: 2}, secrets: {DB_PASSWORD: {secure: x}}}"]),
  );
  expect(neededSecrets(declared).map(({ name, present, usedBy }) => [name, present, usedBy])).toEqual([
    ["blog/DB_PASSWORD", true, ["pi5/blog"]],
    ["wiki/DB_PASSWORD", true, ["pi5/wiki"]],
  ]);
});

test.each([
  ["TOKEN", "homelab:secrets.TOKEN"],
  ["wiki/TOKEN", "homelab:projects.wiki.secrets.TOKEN"],
  ["a.b/TOKEN", 'homelab:projects["a.b"].secrets.TOKEN'],
])("the secret %s is at %s", (id, path) => {
  expect(secretPath(id)).toBe(path);
});

test("a path that a shell would take apart is quoted", () => {
  expect(setSecret("test", "a.b/T")).toBe(
    `npx pulumi config set --stack test --secret --path 'homelab:projects["a.b"].secrets.T'`,
  );
});
