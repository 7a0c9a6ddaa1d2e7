// The tailscale plugin in PULUMI_HOME makes just those calls that the vendor's plugin 0.29.1 was recorded to make.
import * as fs from "node:fs";
import * as path from "node:path";
import type { Spec } from "./tailnet-program/spec";
import { RecordedServer } from "./tailnet/server";
import type { Call } from "./tailnet/server";
import { Workbench } from "./workbench";
import type { Run } from "./workbench";

jest.setTimeout(300_000);

const bench = new Workbench();
const server = new RecordedServer();
const recorded = fs
  .readFileSync(path.join(__dirname, "tailnet/recorded.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Call & { phase: string });
const checked = new Set<string>();
let baseUrl = "";

beforeAll(async () => {
  bench.makeProject("tailnet-program");
  baseUrl = await server.listen();
  const { status, text } = await bench.pulumiMeanwhile(["stack", "init", "test"]);
  expect([status, text]).toEqual([0, expect.anything()]);
});

afterAll(() => {
  server.close();
  bench.close();
});

const OPEN = '{"acls":[{"action":"accept","src":["*"],"dst":["*:*"]}],"tagOwners":{"tag:homelab":["autogroup:admin"]}}';
const TESTED =
  '{"acls":[],"tagOwners":{"tag:homelab":["autogroup:admin"]},"tests":[{"src":"a@b.c","accept":["tag:homelab:22"]}]}';
const WITH_COMMENTS = `// mine
{
  // a comment
  "acls": [],
  "tagOwners":{"tag:homelab":["autogroup:admin"]},"tests":[{"src":"a@b.c","accept":["tag:homelab:22"]}]
}
`;
const byKey = (tailnet?: string): Spec["provider"] => ({
  baseUrl,
  apiKey: "tskey-api-x",
  ...(tailnet !== undefined && { tailnet }),
});
const key: Spec["key"] = {
  reusable: true,
  preauthorized: true,
  tags: ["tag:homelab"],
  description: "homelab pi5",
  expiry: 7_776_000,
};
const dns: Spec["dns"] = {
  magicDns: true,
  overrideLocalDns: true,
  searchPaths: ["home.example"],
  nameservers: [{ address: "192.168.1.100" }],
  splitDns: [{ domain: "home.example", nameservers: [{ address: "192.168.1.100" }] }],
};
const all = (acl: string): Spec => ({ provider: byKey("example.com"), key, dns, acl: { acl } });

/** Runs Pulumi's command on what is declared, with the calls of these phases of the recording and no others. */
async function plays(phase: string, args: string[], spec?: Spec): Promise<Run> {
  checked.add(phase);
  const calls = recorded.filter((it) => it.phase === phase);
  return withCalls(calls, args, spec);
}

async function withCalls(calls: readonly Call[], args: string[], spec?: Spec): Promise<Run> {
  if (spec !== undefined) {
    fs.writeFileSync(bench.path("spec.json"), JSON.stringify(spec));
  }
  server.expect(calls);
  const run = await bench.pulumiMeanwhile([...args, "--stack", "test", "--color", "never"], {
    TAILSCALE_API_KEY: "",
    ...(args[0] === "import" && {
      TAILSCALE_API_KEY: "tskey-api-x",
      TAILSCALE_TAILNET: "example.com",
      TAILSCALE_BASE_URL: baseUrl,
    }),
  });
  expect({ ...server.differences(), text: run.text }).toEqual({ unexpected: [], missing: [], text: run.text });
  return run;
}

const UP = ["up", "--yes", "--skip-preview"];
const DESTROY = ["destroy", "--yes", "--skip-preview"];
const succeeded = (run: Run): string => {
  expect([run.status, run.text]).toEqual([0, run.text]);
  return run.text;
};

test("a preview needs no server", async () => {
  succeeded(await withCalls([], ["preview"], all(OPEN)));
});

test("up, nothing to do, refresh", async () => {
  succeeded(await plays("up1", UP, all(OPEN)));
  expect([...server.credentials]).toEqual([`Basic ${Buffer.from("tskey-api-x:").toString("base64")}`]);
  const shown = succeeded(await withCalls([], UP, all(OPEN)));
  expect(shown).toContain("5 unchanged");
  succeeded(await plays("refresh-nothing", ["refresh", "--yes", "--skip-preview"]));
});

test("an edit in the console is seen by a refresh only, and overwritten by an update", async () => {
  const shown = succeeded(
    await plays("after-console-edit-preview-refresh", ["preview", "--refresh", "--diff"], all(OPEN)),
  );
  expect(shown).toContain("edited");
  succeeded(await plays("acl-changed-up", UP, all(TESTED)));
});

test("a reusable key that has become invalid, or is gone, is made again", async () => {
  succeeded(await plays("key-expired-up-refresh", [...UP, "--refresh"], all(TESTED)));
  succeeded(await plays("key-deleted-up-refresh", [...UP, "--refresh"], all(TESTED)));
});

test("DNS that was changed elsewhere is put back", async () => {
  succeeded(await plays("dns-drift", [...UP, "--refresh"], all(TESTED)));
});

test("comments in a policy count, space does not", async () => {
  succeeded(await plays("acl-only-formatting-changed", UP, all(WITH_COMMENTS)));
  const spaced = WITH_COMMENTS.replaceAll("  ", "\t").replace('"acls": []', '"acls" :[ ]');
  expect(succeeded(await withCalls([], UP, all(spaced)))).toContain("5 unchanged");
});

test("another description replaces the key", async () => {
  const spec = all(TESTED);
  succeeded(await plays("key-changed", UP, { ...spec, key: { ...key, description: "other" } }));
});

test("destroy deletes the key, leaves the policy and switches MagicDNS off", async () => {
  succeeded(await plays("destroy", DESTROY));
});

test("a policy of somebody else's is overwritten only if that is said", async () => {
  const provider = byKey("example.com");
  const refused = await plays("acl-over-nondefault", UP, { provider, acl: { acl: TESTED } });
  expect(refused.status).not.toBe(0);
  expect(refused.text).toMatch(/Overwrite Protected[^]*invalid old hash/);
  const acl = { acl: TESTED, overwriteExistingContent: true, resetAclOnDestroy: true };
  succeeded(await plays("acl-over-nondefault-overwrite", UP, { provider, acl }));
  succeeded(await plays("destroy-reset", DESTROY));
});

test("with an OAuth client, one token serves a whole run", async () => {
  const provider = {
    baseUrl,
    tailnet: "example.com",
    oauthClientId: "id",
    oauthClientSecret: "secret",
    scopes: ["policy_file", "auth_keys", "dns"],
  };
  const shown = succeeded(await plays("oauth", UP, { ...all(TESTED), provider }));
  const state = succeeded(await withCalls([], ["stack", "export"]));
  expect(shown + state).not.toMatch(/auth-key-k00001CNTRL-FAKE|fake-access/);
  succeeded(await plays("oauth-destroy", DESTROY));
});

test("a policy is imported", async () => {
  const flags = ["--yes", "--skip-preview", "--protect=false", "--generate-code=false"];
  succeeded(await plays("acl-import", ["import", "tailscale:index/acl:Acl", "imported", "acl", ...flags]));
  expect(succeeded(await withCalls([], ["stack", "export"]))).toContain("autogroup:admin");
  succeeded(await withCalls([], ["state", "delete", "--all", "--yes", "--force"]));
});

test("without a tailnet's name it is that of the credentials", async () => {
  succeeded(await plays("default-tailnet", UP, { provider: byKey(), key: { ephemeral: true, tags: ["tag:homelab"] } }));
  succeeded(await plays("destroy-end", DESTROY));
});

/** What the recording lacks, as the vendor's Go client makes its calls. */
const call = (method: string, path: string, body: unknown, response: unknown): Call => ({
  method,
  path: `/api/v2/${path}`,
  headers: {
    Authorization: "Basic",
    ...(method === "GET" ? { Accept: "application/json" } : { "Content-Type": "application/json" }),
  },
  body: body === undefined ? "" : JSON.stringify(body),
  status: 200,
  response: JSON.stringify(response),
});

test("split DNS of one domain, the tailnet's settings, a machine's tags", async () => {
  const link = "https://example.org/?a=1&b=<2>";
  const spec: Spec = {
    provider: byKey(),
    split: { domain: "lab.example", nameservers: ["100.64.0.3"] },
    tailnet: { aclsExternallyManagedOn: true, aclsExternalLink: link },
    device: { deviceId: "n1", tags: ["tag:nas"] },
  };
  const settings = { aclsExternallyManagedOn: true, aclsExternalLink: link, httpsEnabled: false };
  const escaped = { ...call("PATCH", "tailnet/-/settings", {}, {}) };
  escaped.body =
    '{"aclsExternallyManagedOn":true,"aclsExternalLink":"https://example.org/?a=1\\u0026b=\\u003c2\\u003e"}';
  const made = [
    call("PATCH", "tailnet/-/dns/split-dns", { "lab.example": ["100.64.0.3"] }, {}),
    call("GET", "tailnet/-/dns/split-dns", undefined, { "lab.example": ["100.64.0.3"], "other.example": ["1.1.1.1"] }),
    escaped,
    call("GET", "tailnet/-/settings", undefined, settings),
    call("POST", "device/n1/tags", { tags: ["tag:nas"] }, {}),
    call("GET", "device/n1", undefined, { id: "n1", tags: ["tag:nas"] }),
  ];
  succeeded(await withCalls(made, UP, spec));
  expect(succeeded(await withCalls([], UP, spec))).toContain("5 unchanged");

  const found = [
    call("GET", "tailnet/-/dns/split-dns", undefined, { "lab.example": ["8.8.8.8"] }),
    call("GET", "tailnet/-/settings", undefined, { ...settings, aclsExternallyManagedOn: false }),
    call("GET", "device/n1", undefined, { id: "n1", tags: [] }),
  ];
  const drift = succeeded(await withCalls(found, ["preview", "--refresh", "--diff"], spec));
  expect(drift).toContain("8.8.8.8");
  expect(drift).toMatch(/aclsExternallyManagedOn: false => true/);
  expect(drift).toContain("tag:nas");

  const removed = [
    call("PATCH", "tailnet/-/dns/split-dns", { "lab.example": [] }, {}),
    call("POST", "device/n1/tags", { tags: [] }, {}),
  ];
  succeeded(await withCalls(removed, DESTROY));
});

test("every phase of the recording was played", () => {
  expect([...checked].sort()).toEqual([...new Set(recorded.map(({ phase }) => phase))].sort());
});
