import { notify as schema } from "../../model/config/notify-settings.js";
import { UserError } from "../../scripts/lib/command.js";
import { LACKS } from "../../scripts/lib/lacks.js";
import { describeDeliveries, notifierFor, runPage } from "../../scripts/lib/notify/notifier.js";
import type { Notifier } from "../../scripts/lib/notify/notifier.js";
import { secretSource } from "../../scripts/lib/notify/secret-source.js";
import type { Message } from "../../scripts/lib/notify/targets.js";
import { makeCertificate, webServer } from "./notify-servers.js";
import type { Asked, Certificate } from "./notify-servers.js";

// Every kind of target but mail, with a real server behind it. Each secret is a canary, which nothing that is said may have in it.

const CANARIES = { TOKEN: "canary-token", HOOK_KEY: "canary-header" };
const MESSAGE: Message = {
  event: "drift",
  stack: "lab",
  title: "Drift in lab – größer",
  text: "pi5, firewall: rolled back",
  url: "https://forge.example.org/run/1",
};

let asked: Asked[];
let statusOf: (path: string) => { status: number; headers?: Record<string, string> };
let web: Awaited<ReturnType<typeof webServer>>;
let certificate: Certificate;
beforeAll(() => {
  certificate = makeCertificate();
});
afterAll(() => {
  certificate.remove();
});
beforeEach(async () => {
  asked = [];
  statusOf = () => ({ status: 200 });
  web = await webServer((path) => statusOf(path), asked);
});
afterEach(() => web.close());

/** A notifier, and where secrets are addresses, canaries in them. */
function notifier(config: object, secrets: Readonly<Record<string, string>> = {}): Notifier {
  const base = `http://127.0.0.1:${web.port}`;
  const all: Readonly<Record<string, string>> = {
    ...CANARIES,
    HOOK: `${base}/canary-hook`,
    PING: `${base}/canary-ping`,
    ...secrets,
  };
  return notifierFor(schema.parse(config), (name) => Promise.resolve(all[name] ?? ""));
}
const ntfy = (): object => ({ ntfy: { url: `http://127.0.0.1:${web.port}`, topic: "homelab", token: "${TOKEN}" } });
const WEBHOOK = { webhook: { url: "${HOOK}", headers: { "X-Key": "${HOOK_KEY}" } } };
const PING = { ping: "${PING}" };

/** What is said of a message and of a ping; never a canary. */
async function said({ tell, ping }: Notifier, message = MESSAGE): Promise<string> {
  const deliveries = [...(await tell(message)), ...(await ping("success"))];
  const text = describeDeliveries(deliveries);
  const all = [text, ...deliveries.map(({ failure }) => JSON.stringify([failure, failure?.stack, failure?.cause]))];
  expect(all.join("\n")).not.toContain("canary");
  return text;
}

test("ntfy gets JSON, with the topic in it and the token in a header", async () => {
  expect(await said(notifier(ntfy()))).toBe("ntfy: sent");
  expect(asked.map(({ method, path, headers }) => [method, path, headers.authorization])).toEqual([
    ["POST", "/", "Bearer canary-token"],
  ]);
  expect(JSON.parse(asked[0]?.body ?? "")).toEqual({
    topic: "homelab",
    title: MESSAGE.title,
    message: MESSAGE.text,
    click: MESSAGE.url,
  });
});

test("a webhook gets what several services show, with its headers", async () => {
  expect(await said(notifier(WEBHOOK))).toBe("webhook: sent");
  expect(asked.map(({ method, path, headers }) => [method, path, headers["x-key"]])).toEqual([
    ["POST", "/canary-hook", "canary-header"],
  ]);
  const all = `${MESSAGE.title}\n${MESSAGE.text}\n${MESSAGE.url ?? ""}`;
  expect(JSON.parse(asked[0]?.body ?? "")).toEqual({
    ...{ event: "drift", stack: "lab", title: MESSAGE.title, message: MESSAGE.text },
    ...{ text: all, content: all, url: MESSAGE.url },
  });
});

test("a long message is cut where there is no room for it, between characters", async () => {
  await said(notifier({ ...ntfy(), ...WEBHOOK }), { ...MESSAGE, text: "😀".repeat(5000) });
  const texts = asked.map(({ body }) => (JSON.parse(body) as { message: string }).message);
  expect(texts).toEqual([`${"😀".repeat(999)}…`, `${"😀".repeat(999)}…`]);
  for (const { body } of asked.filter(({ path }) => path === "/")) {
    expect(Buffer.byteLength((JSON.parse(body) as { message: string }).message)).toBeLessThan(4096);
  }
});

test.each([
  ["success", "", "/canary-ping"],
  ["failure", "", "/canary-ping/fail"],
  ["failure", "/", "/canary-ping/fail"],
  ["failure", "?rid=1", "/canary-ping/fail?rid=1"],
] as const)("the ping of a %s, at an address that ends with %j", async (outcome, end, path) => {
  const { ping } = notifier(PING, { PING: `http://127.0.0.1:${web.port}/canary-ping${end}` });
  expect(describeDeliveries(await ping(outcome))).toBe("ping: sent");
  expect(asked.map((it) => `${it.method} ${it.path}`)).toEqual([`GET ${path}`]);
});

test("what is not configured is not told", async () => {
  expect(await said(notifier({}))).toBe("");
});

test.each([
  [401, "check the token or the headers, and set the secret again"],
  [403, "check what the token or the headers allow, and set the secret again"],
  [404, "check the address"],
  [429, "wait a while: the server limits how much it takes"],
  [400, "check the address"],
  [503, "look into the server's log"],
])("a server that answers with %d, and quotes what it was sent", async (status, todo) => {
  statusOf = () => ({ status });
  const told = (target: string): string =>
    `${target}: not sent, because it answered with HTTP status ${status}\n-> ${todo}`;
  expect(await said(notifier({ ...ntfy(), ...WEBHOOK, ...PING }))).toBe(
    ["ntfy", "webhook", "ping"].map(told).join("\n"),
  );
});

test("a redirect is not followed: the headers are for this server alone", async () => {
  statusOf = (path) =>
    path === "/canary-hook" ? { status: 307, headers: { location: "/canary-elsewhere" } } : { status: 200 };
  expect(await said(notifier(WEBHOOK))).toBe(
    "webhook: not sent, because it answered with HTTP status 307\n-> write the address that this one redirects to",
  );
  expect(asked.map(({ path }) => path)).toEqual(["/canary-hook"]);
});

test("one target that cannot be reached does not keep the others from being told", async () => {
  const closed = await webServer(() => ({ status: 200 }), []);
  await closed.close();
  const there = notifier({ ...ntfy(), ...WEBHOOK }, { HOOK: `http://127.0.0.1:${closed.port}/canary` });
  expect(await said(there)).toBe(
    "ntfy: sent\nwebhook: not sent, because nothing listens on its port\n-> check that the server runs, and its address in homelab:notify",
  );
});

test("a server that never answers", async () => {
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  const spy = jest.spyOn(AbortSignal, "timeout").mockImplementation((ms) => timeout(ms / 100));
  statusOf = () => ({ status: 0 });
  expect(await said(notifier(WEBHOOK))).toContain(
    "webhook: not sent, because it did not answer within 15 seconds\n-> ",
  );
  expect(spy).toHaveBeenCalledWith(15_000);
  spy.mockRestore();
});

test("a name that DNS does not have, a certificate that nobody vouches for, and no TLS at all", async () => {
  const secure = await webServer(() => ({ status: 200 }), asked, certificate);
  const [unknown, untrusted, plain] = await Promise.all(
    [
      "https://canary.invalid/canary",
      `https://127.0.0.1:${secure.port}/canary`,
      `https://127.0.0.1:${web.port}/canary`,
    ].map((address) => said(notifier(WEBHOOK, { HOOK: address }))),
  );
  await secure.close();
  expect(unknown).toContain("not sent, because DNS does not know its name\n-> ");
  expect(untrusted).toContain("not sent, because its certificate is not valid\n-> ");
  expect(untrusted).toContain("export NODE_EXTRA_CA_CERTS=FILE");
  expect(plain).toContain("not sent, because it does not speak TLS there\n-> ");
  expect(asked).toEqual([]);
});

test.each(["canary", "ftp://127.0.0.1/canary", "http://canary:canary@127.0.0.1/", ""])(
  "a secret that is no address: %s",
  async (address) => {
    expect(await said(notifier(WEBHOOK, { HOOK: address }))).toMatch(
      /^webhook: not sent, because its address is not one of the web\n-> set the secret again/,
    );
  },
);

test.each(["canary\nX-Other: 1", "canary–"])("a secret that no header can have: %j", async (value) => {
  expect(await said(notifier(WEBHOOK, { HOOK_KEY: value }))).toMatch(
    /^webhook: not sent, because the value of a header has characters that HTTP does not allow\n-> set the secret again/,
  );
  expect(asked).toEqual([]);
});

describe("where secrets come from", () => {
  const opened: string[] = [];
  const stack = (lack?: ReturnType<typeof LACKS.noBackend>, fails = false): Parameters<typeof secretSource>[0] => ({
    name: "lab",
    lack,
    getSecret: (name) => {
      opened.push(name);
      return fails ? Promise.reject(new UserError("pulumi said canary")) : Promise.resolve("from the stack");
    },
  });
  const failure = (valueOf: ReturnType<typeof secretSource>): Promise<unknown> =>
    valueOf("PING").catch((error: unknown) => error);
  beforeEach(() => {
    opened.length = 0;
  });

  test("the variable of a workflow wins, with whatever signs the values have", async () => {
    const valueOf = secretSource(stack(), {
      HOMELAB_NOTIFY: "# mine\nPING=https://hc.example.org/a?b=c#d\r\n\nTOKEN='it''\"s'\nHOOK_KEY=a=b $x\n",
    });
    expect([await valueOf("PING"), await valueOf("HOOK_KEY")]).toEqual(["https://hc.example.org/a?b=c#d", "a=b $x"]);
    expect(opened).toEqual([]);
  });

  test("on the owner's machine the stack has them", async () => {
    expect(await secretSource(stack(), {})("PING")).toBe("from the stack");
    expect(opened).toEqual(["PING"]);
  });

  test.each<[string, Parameters<typeof secretSource>[0], Readonly<Record<string, string>>, string, object]>([
    [
      "a workflow does not have it",
      stack(),
      { HOMELAB_NOTIFY: "OTHER=x" },
      "HOMELAB_NOTIFY does not have the secret PING",
      { prose: "add the line PING=VALUE to the secret HOMELAB_NOTIFY of the workflow's environment" },
    ],
    [
      "a workflow has none at all",
      stack(),
      { GITHUB_ACTIONS: "true" },
      "HOMELAB_NOTIFY does not have the secret PING",
      { prose: "add the line PING=VALUE to the secret HOMELAB_NOTIFY of the workflow's environment" },
    ],
    [
      "there is no passphrase",
      stack(LACKS.noPassphrase("lab", "/none")),
      {},
      `the secret PING cannot be opened: ${LACKS.noPassphrase("lab", "/none").words}`,
      LACKS.noPassphrase("lab", "/none").remedy,
    ],
    [
      "the engine fails",
      stack(undefined, true),
      {},
      "the secret PING cannot be opened",
      { command: "npm run doctor -- --stack lab" },
    ],
  ])("it is said where to put it: %s", async (_, from, env, message, remedy) => {
    expect(await failure(secretSource(from, env))).toMatchObject({ message, remedy });
  });
});

test("a message leads to the run that it is about, where there is one", () => {
  const env = { GITHUB_SERVER_URL: "https://forge.example.org", GITHUB_REPOSITORY: "me/homelab", GITHUB_RUN_ID: "7" };
  expect(runPage(env)).toEqual({ url: "https://forge.example.org/me/homelab/actions/runs/7" });
  expect(runPage({})).toEqual({});
});
