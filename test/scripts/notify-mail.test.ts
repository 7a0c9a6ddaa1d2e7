import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import type { SMTPServerOptions } from "smtp-server";
import { notify as schema } from "../../model/config/notify-settings.js";
import { describeDeliveries, notifierFor } from "../../scripts/lib/notify/notifier.js";
import type { Notifier } from "../../scripts/lib/notify/notifier.js";
import { makeCertificate, smtpServer } from "./notify-servers.js";
import type { Certificate, Mail } from "./notify-servers.js";

// Mail, with a real server behind it. The password is a canary, which nothing that is said may have in it. That a login works
// over TLS is in notify-commands.test.ts, since Node reads whom to trust when it starts.

let mails: Mail[];
let certificate: Certificate;
beforeAll(() => {
  certificate = makeCertificate();
});
afterAll(() => {
  certificate.remove();
});
beforeEach(() => {
  mails = [];
});

/** What is said of a message; never the password. */
async function said({ tell }: Notifier): Promise<string> {
  const deliveries = await tell({
    ...{ event: "drift", stack: "lab", title: "Drift in lab – größer" },
    ...{ text: "pi5, firewall: rolled back", url: "https://forge.example.org/run/1" },
  });
  const text = describeDeliveries(deliveries);
  const all = [text, ...deliveries.map(({ failure }) => JSON.stringify([failure, failure?.stack, failure?.cause]))];
  expect(all.join("\n")).not.toContain("canary");
  return text;
}

const LOGIN = { user: "homelab", password: "canary-password" };
const OPEN: SMTPServerOptions = { disabledCommands: ["STARTTLS", "AUTH"], authOptional: true };
const servers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((close) => close()));
});
const serve = async (login: typeof LOGIN | undefined, options: SMTPServerOptions): Promise<number> => {
  const { port, close } = await smtpServer(login, mails, options);
  servers.push(close);
  return port;
};
const mail = (port: number, more: object = {}): Notifier =>
  notifierFor(
    schema.parse({
      mail: { host: "127.0.0.1", port, from: "homelab@example.org", to: ["a@example.org", "b@example.org"], ...more },
    }),
    () => Promise.resolve(LOGIN.password),
  );
const ACCOUNT = { user: "homelab", password: "${PASSWORD}" };

test("mail goes to everyone, by a server at home without a login", async () => {
  expect(await said(mail(await serve(undefined, OPEN), { tls: "none" }))).toBe("mail: sent");
  expect(mails.map(({ to, user, secure }) => ({ to, user, secure }))).toEqual([
    { to: ["a@example.org", "b@example.org"], user: undefined, secure: false },
  ]);
  expect(mails[0]?.text).toMatch(/^Subject: =\?UTF-8\?.*\?=/m);
  expect(mails[0]?.text).toContain("pi5, firewall: rolled back\r\n\r\nhttps://forge.example.org/run/1");
});

test("mail is not sent unencrypted where the server does not offer STARTTLS", async () => {
  expect(await said(mail(await serve(undefined, OPEN), { tls: "starttls" }))).toBe(
    "mail: not sent, because it does not offer STARTTLS\n-> check the port, and whether it is one for TLS",
  );
  expect(mails).toEqual([]);
});

test.each([
  ["implicit", { secure: true }],
  ["starttls", {}],
])("%s: a server whose certificate nobody vouches for gets neither password nor mail", async (tls, options) => {
  const port = await serve(LOGIN, { ...options, key: certificate.key, cert: certificate.cert });
  expect(await said(mail(port, { ...ACCOUNT, tls }))).toContain("mail: not sent, because its certificate is not valid");
  expect(mails).toEqual([]);
});

test("a port for another kind of TLS, and one that speaks no SMTP", async () => {
  expect(await said(mail(await serve(undefined, OPEN)))).toContain(
    "mail: not sent, because it does not speak TLS there",
  );
  const other = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const { port } = other.address() as AddressInfo;
  expect(await said(mail(port, { tls: "none" }))).toContain("mail: not sent, because it does not speak SMTP there");
  other.close();
});

test("a recipient whom the server does not know", async () => {
  const port = await serve(undefined, OPEN);
  expect(await said(mail(port, { tls: "none", to: ["a@example.org", "nobody@example.org"] }))).toBe(
    "mail: not sent, because the server refused 1 of 2 recipients\n-> check to:",
  );
  expect(await said(mail(port, { tls: "none", to: "nobody@example.org" }))).toContain(
    "mail: not sent, because the server refused the sender or the recipients\n-> check from: and to:",
  );
});
