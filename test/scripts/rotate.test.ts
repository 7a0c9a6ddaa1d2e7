import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readDeclared } from "../../model/services/declared.js";
import { UserError } from "../../scripts/lib/command.js";
import { secretCalled } from "../../scripts/secrets/called.js";
import { accountsWith, placeOf } from "../../scripts/secrets/database.js";
import { importSecrets } from "../../scripts/secrets/import.js";
import { rotateSecret } from "../../scripts/secrets/rotate.js";
import { changePassword } from "../../scripts/secrets/sql.js";
import { CONFIG } from "../model/declare.js";
import { FakeStack } from "./fake-stack.js";
import { homelabOf, TWO_HOSTS } from "./homelab.js";

const NAMES = ["DB", "DB_PART", "MINE", "ROOT", "APP"];
const FILES: Readonly<Record<string, string>> = {
  "Pulumi.test.yaml": `${TWO_HOSTS}  homelab:secrets: {${NAMES.map((name) => `${name}: {secure: "v1:x"}`).join(", ")}}\n`,
  "stacks/nas/compose.yaml": `services:
  db:
    image: docker.io/library/postgres:18.6
    environment: {POSTGRES_USER: "o'wn\\"er", POSTGRES_PASSWORD_FILE: /run/secrets/db}
    secrets: [db]
  app:
    image: app:1.0
    environment: {POSTGRES_PASSWORD: "\${DB}", MYSQL_PASSWORD: "\${APP}"}
  odd:
    image: postgres:18.6
    environment: {POSTGRES_PASSWORD: "x\${DB_PART}"}
secrets: {db: {environment: DB}}
x-secrets: {DB: {generate: 24}, DB_PART: {generate: 8}, APP: {generate: 16}}
`,
  "stacks/media/compose.yaml": `services:
  maria:
    image: mariadb:12.1
    environment: {MARIADB_ROOT_PASSWORD: "\${ROOT}", MARIADB_USER: app, MYSQL_PASSWORD: "\${APP}", MYSQL_USER: app}
  web: {image: "web:1.0", environment: {TOKEN: "\${MINE}"}}
x-secrets: {ROOT: {generate: 24}, APP: {generate: 16}, MINE: {obtain: from the vendor}}
`,
};
const declared = readDeclared("test", (file) => {
  const text = FILES[file];
  return text === undefined ? { problem: "is missing" } : { text };
});

test.each([
  ["DB", ["postgres pi5/db o'wn\"er"]],
  ["ROOT", ["mariadb jellyfin/maria root"]],
  ["APP", ["mariadb jellyfin/maria app"]],
  ["MINE", []],
])("%s is the password of %j", (secret, accounts) => {
  const found = accountsWith(secret, declared.services);
  expect(found.map((it) => `${it.engine} ${placeOf(it)} ${it.account}`)).toEqual(accounts);
});

test("a secret that is only a part of a database's password is the owner's to change", () => {
  expect(() => accountsWith("DB_PART", declared.services)).toThrow(/^pi5\/odd keeps DB_PART as a part/);
});

describe("the statement that changes a password", () => {
  const passwords = { former: "old", next: "a'b\\c\"d" };

  test("is quoted for PostgreSQL, and kept out of its log", () => {
    const { command, input } = changePassword({ engine: "postgres", account: 'o"w' }, passwords);
    expect(command).toEqual(expect.arrayContaining(["psql", '--username=o"w', "--no-password"]));
    expect(input).toContain(`\nALTER ROLE "o""w" PASSWORD 'a''b\\c"d';\n`);
    expect(input.indexOf("SET log_statement TO 'none'")).toBeLessThan(input.indexOf("ALTER"));
    expect(input.indexOf("SET log_min_error_statement TO 'panic'")).toBeLessThan(input.indexOf("ALTER"));
  });

  test.each([
    ["mariadb", "app", `init-command="SET PASSWORD = PASSWORD('a''b\\\\\\\\c\\"d')"`],
    ["mysql", "app", `init-command="SET PASSWORD = 'a''b\\\\\\\\c\\"d'"`],
    [
      "mysql",
      "root",
      `init-command="ALTER USER IF EXISTS 'root'@'localhost' IDENTIFIED BY 'a''b\\\\\\\\c\\"d', 'root'@'%' IDENTIFIED BY 'a''b\\\\\\\\c\\"d'"`,
    ],
  ] as const)("is quoted for %s as %s, in options of the client", (engine, account, line) => {
    const { command, input } = changePassword({ engine, account }, passwords);
    expect(command).toEqual([engine, "--defaults-extra-file=/dev/stdin", "--batch"]);
    expect(input.split("\n")).toEqual(["[client]", `user="${account}"`, 'password="old"', line, ""]);
  });

  test("is one line of options, whatever is in a password", () => {
    const { input } = changePassword({ engine: "mysql", account: "app" }, { former: "a\nb", next: "c\r\nd" });
    expect(input.split("\n")).toHaveLength(5);
    expect(input).toContain('password="a\\nb"');
  });
});

describe("npm run secrets -- --rotate", () => {
  const PATH = process.env["PATH"] ?? "";
  let folder: string;
  let stack: FakeStack;
  let asked: string[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "rotate-"));
    const docker = '#!/bin/sh\necho "$*" >>"$FAKE_SSH/calls"\ncat >>"$FAKE_SSH/input"\n[ ! -e "$FAKE_SSH/shut" ]\n';
    await writeFile(join(folder, "docker"), docker);
    await chmod(join(folder, "docker"), 0o755);
    process.env["FAKE_SSH"] = folder;
    process.env["PATH"] = `${folder}:${join(__dirname, "../hosts/bin")}:${PATH}`;
    stack = new FakeStack("/nowhere");
    asked = [];
    await Promise.all(NAMES.map((name) => stack.setSecret(name, `former-${name}`)));
  });
  afterEach(async () => {
    process.env["PATH"] = PATH;
    await rm(folder, { recursive: true });
  });

  const rotate = (name: string, answer = "typed"): Promise<string> =>
    rotateSecret(name, {
      stack,
      declared,
      hosts: homelabOf(FILES).hosts,
      ask: (question) => {
        asked.push(question);
        return Promise.resolve(answer);
      },
    });
  const inFolder = (file: string): Promise<string> => readFile(join(folder, file), "utf8").catch(() => "");

  test("changes the password in the database, then the secret, and shows it nowhere", async () => {
    const said = await rotate("DB");
    const value = stack.values["DB"] ?? "";
    expect(value).toMatch(/^[A-Za-z0-9]{24}$/);
    expect(await inFolder("input")).toContain(`PASSWORD '${value}'`);
    expect(await inFolder("calls")).toMatch(/^exec --interactive db psql /);
    expect((await inFolder("calls")) + (await inFolder("log")) + said).not.toContain(value);
    expect(said).toBe(
      "DB has a new value in the database pi5/db and in Pulumi.test.yaml.\n" +
        "Until you deploy, the former one is in use by pi5/app.\n-> npm run deploy -- --stack test",
    );
  });

  test("leaves the secret as it is where the database does not take it", async () => {
    await writeFile(join(folder, "shut"), "");
    await expect(rotate("DB")).rejects.toThrow(UserError);
    expect(stack.values["DB"]).toBe("former-DB");
  });

  test("gives the database the former one back where the secret cannot be set", async () => {
    stack.setSecret = () => Promise.reject(new UserError("no passphrase"));
    await expect(rotate("DB")).rejects.toThrow("no passphrase");
    expect(await inFolder("input")).toMatch(/PASSWORD '[A-Za-z0-9]{24}';[\s\S]*PASSWORD 'former-DB';\n$/);
  });

  test("says that workflows have a secret of homelab:notify as well, which no deployment takes there", async () => {
    const files: Readonly<Record<string, string>> = {
      ...FILES,
      "Pulumi.test.yaml":
        `${FILES["Pulumi.test.yaml"] ?? ""}  homelab:notify: {ping: "\${PING}", webhook: {url: "\${DB_URL}"}}\n`.replace(
          "homelab:secrets: {",
          'homelab:secrets: {PING: {secure: "v1:x"}, DB_URL: {secure: "v1:x"}, ',
        ),
    };
    await stack.setSecret("PING", "former");
    const said = await rotateSecret("PING", {
      stack,
      declared: readDeclared("test", (file) => ({ text: files[file] ?? "" })),
      hosts: homelabOf(files).hosts,
      ask: () => Promise.resolve("typed"),
    });
    expect(stack.values["PING"]).toBe("typed");
    expect(said).toBe(
      "PING has a new value in Pulumi.test.yaml.\nWrite it into the secret HOMELAB_NOTIFY of your workflows, too.",
    );
  });

  test("asks for what cannot be random, and changes nothing without an answer", async () => {
    await rotate("MINE");
    expect([asked, stack.values["MINE"], await inFolder("calls")]).toEqual([["New value of MINE: "], "typed", ""]);
    await expect(rotate("MINE", "")).rejects.toThrow("Nothing was changed");
    await expect(rotate("MINES")).rejects.toThrow('No service that is on needs a secret "MINES": write "MINE"');
  });
});

test("--import sets the secrets that are declared, as they are in the file, and says what it did not use", async () => {
  const stack = new FakeStack("/nowhere");
  const file = `# of Compose\nMINE='pa$$w#rd'\nexport APP="two words"\nDB=x\nOTHER=1\nROOT=\n`;
  const { DB } = declared.config.secrets;
  const absent = { ...declared, config: { ...declared.config, secrets: DB === undefined ? {} : { DB } } };
  expect((await importSecrets(file, stack, absent)).split("\n")).toEqual([
    "set MINE, for jellyfin/web",
    "set APP, for pi5/app, jellyfin/maria",
    "Not used:",
    expect.stringMatching(/^ {2}DB: the database pi5\/db keeps its former value; .*homelab:secrets\.DB$/),
    "  OTHER: no service that is on needs a secret of this name",
    "  ROOT: is empty",
  ]);
  expect(stack.values).toEqual({ MINE: "pa$$w#rd", APP: "two words" });
});

test("--import and names of projects: one that several have is set by hand", async () => {
  const stack = new FakeStack("/nowhere");
  const service = (name: string): string =>
    `services:\n  ${name}:\n    image: nginx:1.29\n    environment: {A: "\${TOKEN}", B: "\${${name.toUpperCase()}_KEY}"}\n` +
    `x-secrets: {TOKEN: {obtain: x}, ${name.toUpperCase()}_KEY: {obtain: x}}\n`;
  const parts = readDeclared("test", (file) => ({
    text: file.startsWith("my/")
      ? service(file.split("/")[1] ?? "")
      : CONFIG.replace("role: nas", "services: [my/blog/compose.yaml, my/wiki/compose.yaml]"),
  }));
  expect((await importSecrets("TOKEN=x\nWIKI_KEY=y\n", stack, parts)).split("\n")).toEqual([
    "set wiki/WIKI_KEY, for pi5/wiki",
    "Not used:",
    "  TOKEN: 2 projects have a secret of this name; set the one that is meant:",
    "    npx pulumi config set --stack test --secret --path homelab:projects.blog.secrets.TOKEN",
    "    npx pulumi config set --stack test --secret --path homelab:projects.wiki.secrets.TOKEN",
  ]);
  expect(stack.values).toEqual({ "wiki/WIKI_KEY": "y" });
});

test.each([
  ["KEY", "blog/KEY"],
  ["TOKEN", "TOKEN"],
  ["wiki/TOKEN", "wiki/TOKEN"],
])("%s is the secret %s", (written, id) => {
  expect(secretCalled(written, ["TOKEN", "wiki/TOKEN", "blog/KEY"], "No secret")).toBe(id);
});

test("a name that two projects have is not guessed", () => {
  const known = ["wiki/TOKEN", "blog/TOKEN"];
  expect(() => secretCalled("TOKEN", known, "No secret")).toThrow("write wiki/TOKEN or blog/TOKEN");
  expect(() => secretCalled("blog/TOKNE", known, "No secret")).toThrow('No secret "blog/TOKNE": write "blog/TOKEN"');
});
