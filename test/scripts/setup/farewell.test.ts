import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { PROGRAM } from "../../../scripts/lib/project.js";
import { fitting } from "../../../scripts/setup/terminal.js";
import { farewell, LOGINS } from "../../../scripts/setup/farewell.js";
import { model } from "../../model/declare.js";

test("the dashboard is the page to open, and no password is shown", () => {
  const compose = (name: string, port: number): string =>
    `  ${name}:\n    image: "x:1"\n    ports: [{target: 1, published: "${port}", protocol: tcp, x-audience: [lan], x-scheme: http}]\n`;
  const { hosts } = model(`services:\n${compose("portainer", 9000)}${compose("homepage", 3000)}`);
  expect(farewell(hosts, "homelab").split("\n").slice(0, 4)).toEqual([
    "everything is done.",
    "Open http://192.168.1.100:3000 (homepage).",
    "Log in:",
    "  portainer  http://192.168.1.100:9000  user admin, password: npm run secrets -- --show PORTAINER_ADMIN_PASSWORD",
  ]);
});

test("each login is one that a Compose file of this program has", () => {
  const files = readdirSync(join(PROGRAM, "stacks")).map(
    (role) =>
      parse(readFileSync(join(PROGRAM, "stacks", role, "compose.yaml"), "utf8"), { merge: true }) as {
        services: object;
        "x-secrets"?: object;
      },
  );
  for (const [service, { secret }] of Object.entries(LOGINS)) {
    const has = files.some((file) => service in file.services && secret in (file["x-secrets"] ?? {}));
    expect([service, secret, has]).toEqual([service, secret, true]);
  }
});

test("a message is broken between words where the terminal is narrow, its commands and its tables are not", () => {
  const text =
    "It opens every secret.\n│ a table that is wider than the terminal │\n  portainer  password: npm run secrets -- --show X";
  expect(fitting(text, 24).split("\n")).toEqual([
    "It opens every",
    "secret.",
    "│ a table that is wider than the terminal │",
    "  portainer password:",
    "  npm run secrets -- --show X",
  ]);
  expect(fitting(text, 80)).toBe(text);
});
