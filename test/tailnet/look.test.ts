import type { TailnetModel } from "../../model/tailnet/types.js";
import { withRemedies } from "../../model/yaml/remedy.js";
import { explain } from "../../tailnet/explain.js";
import { expectUnchanged, lookAtTailnet } from "../../tailnet/look.js";
import type { Look, Reachable } from "../../tailnet/look.js";
import { CONFIG, model } from "../model/declare.js";
import { ControlServer } from "./control-server.js";

const WEB = `services:
  web:
    image: nginx:1.29
    ports: [{target: 80, published: "8080", protocol: tcp, x-audience: ["tailnet:family"]}]
`;
let server: ControlServer;
beforeEach(async () => {
  server = new ControlServer();
  await server.listen();
});
afterEach(() => {
  server.close();
});

function tailnet(more = ""): Reachable {
  const config = `${CONFIG}  homelab:tailnet: {groups: {family: [anna@example.com]}, oauthClient: client${more}}
  homelab:secrets: {TAILSCALE_OAUTH_SECRET: {secure: v1:x}}
`;
  const { access, ...rest } = model(WEB, config).tailnet as TailnetModel;
  if (access === undefined) {
    throw new Error("no access");
  }
  return { ...rest, access: { ...access, server: server.url } };
}
const look = (more?: string, secret = server.secret): Promise<Look> => lookAtTailnet(tailnet(more), secret);
function said(it: Look): string {
  if (it.kind === "deploy") {
    throw new Error("nothing is in the way");
  }
  const { matter, remedies } = explain(it);
  return withRemedies(matter, remedies);
}

test("a new tailnet gets the policy, and a look changes nothing", async () => {
  const seen = await look();
  expect(seen).toMatchObject({ kind: "deploy", first: true });
  expect(server.writes).toEqual([]);
  server.policy = seen.kind === "deploy" ? seen.text : "";
  expect(await look()).toMatchObject({ kind: "deploy", first: false, text: server.policy, changes: [] });
});

test("one that was written elsewhere stays, and both ways out work to the letter", async () => {
  server.policy = '{"grants": [{"src": ["me@work.example"], "dst": ["tag:mine"], "ip": ["*"]}]}';
  const text = said(await look());
  expect(text).toContain("The tailnet has a policy that was written elsewhere.");
  expect(text).toContain('-{"grants": [{"src": ["me@work.example"]');
  expect(text).toMatch(/write policy: merge under homelab:tailnet, .*, or write overwrite: "[0-9a-f]{12}"/);

  expect(await look(", policy: merge")).toMatchObject({ kind: "deploy", first: false });
  const [way] = /overwrite: "[0-9a-f]{12}"/.exec(text) ?? [];
  expect(await look(`, ${way ?? ""}`)).toMatchObject({ kind: "deploy", first: false });
});

test("an edit in the console is shown, and not overwritten", async () => {
  const first = await look();
  server.policy = (first.kind === "deploy" ? first.text : "").replace("tcp:8080", "tcp:1-65535");
  const text = said(await look());
  expect(text).toContain("Somebody changed the tailnet's policy elsewhere.");
  expect(text).toMatch(/^-.*tcp:1-65535.*$/m);
  expect(text).toMatch(/^\+.*tcp:8080.*$/m);
});

test("rules of the owner's own that open what has to be shut are named", async () => {
  server.policy = '{"hosts": {"x": "100.64.0.1"}, "grants": [{"src": ["*"], "dst": ["*"], "ip": ["*"]}]}';
  expect(said(await look(", policy: merge"))).toContain("anybody on the tailnet reaches port 8080/tcp of pi5");
});

test("what the control server finds wrong is passed on; one that judges nothing is none", async () => {
  server.complaint = {
    message: "test(s) failed",
    data: [{ user: "anna@example.com", errors: ["want: Accept, got: Drop"] }],
  };
  expect(said(await look())).toMatch(/refuses the policy: test\(s\) failed\n {2}anna@example.com: want: Accept/);
  server.judges = false;
  expect(await look()).toMatchObject({ kind: "deploy" });
});

/** What is wrong, with the secret that is then used. */
const arrangements: Readonly<Record<string, () => string>> = {
  "a wrong secret": () => "tskey-client-wrong",
  "an API key": () => "tskey-api-abc",
  "a client without the scope": () => {
    server.withoutScope = true;
    return server.secret;
  },
  "a server that is away": () => {
    server.close();
    return server.secret;
  },
};

test.each([
  ["a wrong secret", /refuses the OAuth client: .* said 401: API token invalid/],
  ["an API key", /An API key expires after 90 days .*make an OAuth client/],
  ["a client without the scope", /said 403: .*; it needs the scope policy_file/],
  ["a server that is away", /cannot be reached: 127\.0\.0\.1:\d+: .*ECONNREFUSED.*when it is back/],
])("in words, and without the secret: %s", async (name, expected) => {
  const secret = arrangements[name]?.() ?? "";
  const text = said(await look("", secret));
  expect(text).toMatch(expected);
  expect(text).not.toContain(secret);
});

test("the moment before it is overwritten, a policy has to be the one that was looked at", async () => {
  const { access } = tailnet();
  server.policy = "{}";
  await expect(expectUnchanged(access, server.secret, "{}")).resolves.toBeUndefined();
  await expect(expectUnchanged(access, server.secret, "{} ")).rejects.toThrow("Nothing was overwritten");
});
