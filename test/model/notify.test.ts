import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readDeclared } from "../../model/services/declared.js";
import { neededSecrets } from "../../model/services/secrets.js";
import { CONFIG, model, problemsOf } from "./declare.js";

// homelab:notify as the owner writes it: what is taken, and what he is told.

const WEB = "services:\n  web:\n    image: nginx:1.29\n";
const NOTIFY = `  homelab:notify:
    ntfy: {url: "https://ntfy.example.org", topic: homelab, token: "\${NTFY_TOKEN}"}
    mail:
      host: smtp.example.org
      from: homelab@example.org
      to: anna@example.org
      user: homelab
      password: \${SMTP_PASSWORD}
    webhook: {url: "\${HOOK}", headers: {X-Gotify-Key: "\${HOOK_KEY}"}}
    ping: \${PING}
`;
const NAMES = ["HOOK", "HOOK_KEY", "NTFY_TOKEN", "PING", "SMTP_PASSWORD"];
const secrets = (names: readonly string[]): string =>
  `  homelab:secrets: {${names.map((name) => `${name}: {secure: v1:x}`).join(", ")}}\n`;
const problems = (notify: string, names = NAMES): string[] =>
  problemsOf(() => model(WEB, CONFIG + notify + secrets(names)));
const needed = (names: readonly string[]): (string | boolean | readonly string[])[][] =>
  neededSecrets(
    readDeclared("test", (file) => ({
      text: file.startsWith("Pulumi") ? CONFIG + NOTIFY + secrets(names) : WEB,
    })),
  ).map(({ name, present, usedBy }) => [name, present, usedBy]);

test("every target at once", () => {
  expect(problems(NOTIFY)).toEqual([]);
});

test("so is the example of docs/gitops.md", () => {
  const page = readFileSync(join(__dirname, "../../docs/gitops.md"), "utf8");
  const [, example = ""] = /```yaml\nconfig:\n( {2}homelab:notify:\n[^`]*)```/.exec(page) ?? [];
  const names = [...example.matchAll(/\$\{(\w+)\}/g)].map(([, name = ""]) => name);
  expect([names.length, problems(example, names)]).toEqual([5, []]);
});

test("each secret that is not set is told where it is used, with the command that sets it", () => {
  const set = "npx pulumi config set --stack test --secret --path homelab:secrets";
  expect(problems(NOTIFY, [])).toEqual([
    `Pulumi.test.yaml:7 config.homelab:notify.ntfy.token: the secret NTFY_TOKEN is not set -> make an access token in ntfy; then set it: ${set}.NTFY_TOKEN`,
    `Pulumi.test.yaml:13 config.homelab:notify.mail.password: the secret SMTP_PASSWORD is not set -> ask the mail server's owner for a password; then set it: ${set}.SMTP_PASSWORD`,
    `Pulumi.test.yaml:14 config.homelab:notify.webhook.url: the secret HOOK is not set -> copy the webhook's address; then set it: ${set}.HOOK`,
    `Pulumi.test.yaml:14 config.homelab:notify.webhook.headers.X-Gotify-Key: the secret HOOK_KEY is not set -> find out which X-Gotify-Key the webhook takes; then set it: ${set}.HOOK_KEY`,
    `Pulumi.test.yaml:15 config.homelab:notify.ping: the secret PING is not set -> make a check that expects a ping each day, and copy its address; then set it: ${set}.PING`,
  ]);
});

test("npm run secrets knows them", () => {
  expect(needed(["PING"])).toEqual([
    ["HOOK", false, ["homelab:notify.webhook.url"]],
    ["HOOK_KEY", false, ["homelab:notify.webhook.headers.X-Gotify-Key"]],
    ["NTFY_TOKEN", false, ["homelab:notify.ntfy.token"]],
    ["PING", true, ["homelab:notify.ping"]],
    ["SMTP_PASSWORD", false, ["homelab:notify.mail.password"]],
  ]);
});

const MAIL = "host: smtp.example.org, from: a@example.org, to: [b@example.org]";
const LOGIN = 'user: a, password: "${SMTP_PASSWORD}"';
test.each<[what: string, notify: string, at: string, told: string]>([
  [
    "a secret in plain text",
    "{ping: https://hc.example.org/canary}",
    "ping",
    'is a secret, which only homelab:secrets may have -> write "${NOTIFY_PING}" here, and set that: npx pulumi config set --secret --path homelab:secrets.NOTIFY_PING',
  ],
  [
    "a header in plain text",
    '{webhook: {url: "${HOOK}", headers: {X-Key: canary}}}',
    "webhook.headers.X-Key",
    'is a secret, which only homelab:secrets may have -> write "${NOTIFY_WEBHOOK_HEADERS_X_KEY}" here, and set that: npx pulumi config set --secret --path homelab:secrets.NOTIFY_WEBHOOK_HEADERS_X_KEY',
  ],
  ["half a secret", '{ping: "https://hc.example.org/${PING}"}', "ping", "is a secret, which only"],
  ["a misspelled target", "{webhok: {}}", "webhok", 'unknown key "webhok" -> write "webhook"'],
  ["no topic", "{ntfy: {}}", "ntfy.topic", "is required -> add topic:"],
  ["a path for a topic", "{ntfy: {topic: a/b}}", "ntfy.topic", "is not a topic -> use letters, digits"],
  [
    "the topic in the address",
    "{ntfy: {url: https://ntfy.sh/canary, topic: a}}",
    "ntfy.url",
    "is not the address of an ntfy server -> write it as in https://ntfy.example.org, without the topic",
  ],
  [
    "a server with a scheme",
    `{mail: {${MAIL.replace("smtp", "smtp://smtp")}}}`,
    "mail.host",
    "is not the name of a mail",
  ],
  [
    "nobody to write to",
    `{mail: {${MAIL.replace("[b@example.org]", "[]")}}}`,
    "mail.to",
    "names nobody -> write [anna",
  ],
  [
    "no address",
    `{mail: {${MAIL.replace("b@example.org", "anna")}}}`,
    "mail.to[0]",
    "is not a mail address -> write it",
  ],
  [
    "another kind of TLS",
    `{mail: {${MAIL}, tls: startls}}`,
    "mail.tls",
    "must be implicit, starttls or none -> write starttls",
  ],
  [
    "a login without a password",
    `{mail: {${MAIL}, user: a}}`,
    "mail.user",
    "needs password: as well, since a login takes both -> add password:, or remove it",
  ],
  [
    "a password without a user",
    `{mail: {${MAIL}, password: "\${SMTP_PASSWORD}"}}`,
    "mail.password",
    "needs user: as well, since a login takes both -> add user:, or remove it",
  ],
  [
    "an unencrypted password",
    `{mail: {${MAIL}, ${LOGIN}, tls: none}}`,
    "mail.tls",
    "the password would cross the network in plain text -> write starttls, or write implicit",
  ],
])("a mistake is told with what to write: %s", (_, notify, at, told) => {
  const said = problems(`  homelab:notify: ${notify}\n`);
  expect(said).toEqual([expect.stringContaining(`Pulumi.test.yaml:6 config.homelab:notify.${at}: ${told}`)]);
  expect(said.join()).not.toContain("canary");
});

test("a list of people, and a server at home without a login or TLS", () => {
  expect(
    problems(`  homelab:notify: {mail: {${MAIL}, port: 1025, tls: none}, ntfy: {url: "http://pi5:8090", topic: a}}\n`),
  ).toEqual([]);
});
