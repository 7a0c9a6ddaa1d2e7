import { outputsOf, sectionsOf } from "../../model/outputs/index.js";
import { fillIn } from "../../model/text.js";
import type { Text } from "../../model/text.js";
import type { TailnetModel } from "../../model/tailnet/types.js";
import { sectionsText } from "../../scripts/lib/sections.js";
import { CONFIG, HOST_KEY, model, problemsOf } from "./declare.js";
import { policyOf, textOf } from "./tailnet-policy.js";

const MEDIA = `    jellyfin: {address: 192.168.1.102, role: media, hostKey: "${HOST_KEY}"}\n`;
const ZERO = `    zero: {address: 192.168.1.110, role: agent, hostKey: "${HOST_KEY}"}\n`;
const GROUPS = "  homelab:tailnet: {groups: {family: [ben@example.com, anna@example.com], guests: [carl@]}}\n";
const SSH_FROM_LAN = "  homelab:admin: {from: [lan]}\n";

/** A service on the NAS whose port 8080 is for some. */
const webFor = (...audience: string[]): string =>
  `services:\n  web:\n    image: nginx:1.29\n    ports: [{target: 80, published: "8080", protocol: tcp, x-audience: ${JSON.stringify(audience)}}]\n`;

const NOTHING_RUNS = "services: {}\n";
function tailnetOf(audience: string[], more = SSH_FROM_LAN): TailnetModel {
  const { tailnet } = model(webFor(...audience), CONFIG + MEDIA + ZERO + GROUPS + more, {
    "stacks/media/compose.yaml": NOTHING_RUNS,
    "stacks/agent/compose.yaml": NOTHING_RUNS,
  });
  if (tailnet === undefined) {
    throw new Error("no tailnet");
  }
  return tailnet;
}

test("without homelab:tailnet there is no policy, and no firewall rule changes", () => {
  const homelab = model(webFor("tailnet", "host:pi5"));
  expect(homelab.tailnet).toBeUndefined();
  expect(homelab.hosts[0]?.openings).toHaveLength(2);
});

test.each<[string, string[], string[]]>([
  ["everybody's devices", ["tailnet"], ["autogroup:member"]],
  ["a group", ["tailnet:family"], ["group:family"]],
  ["two groups", ["tailnet:guests", "tailnet:family"], ["group:family", "group:guests"]],
  ["a host", ["host:jellyfin"], ["tag:homelab-jellyfin"]],
  ["the hosts of a role", ["role:agent"], ["tag:homelab-zero"]],
  ["the host itself, which needs no tailnet", ["host:pi5"], []],
  ["the LAN, which is none", ["lan"], []],
  ["containers and the host itself", ["containers", "localhost"], []],
  ["a name of the owner's", ["phone"], ["phone-100-70-1-7"]],
  ["a subnet, of which only a part is the tailnet's", ["wide"], ["wide-100-64-0-0-10"]],
  ["a name without a part on the tailnet", ["office"], []],
])("who is granted a port: %s", (_, audience, from) => {
  const more = `${SSH_FROM_LAN}  homelab:audiences: {phone: [192.168.1.77, 100.70.1.7], wide: 64.0.0.0/2, office: 10.8.0.0/16}\n`;
  const { grants } = tailnetOf(audience, more);
  expect(grants).toEqual(from.length === 0 ? [] : [{ from, host: "pi5", ports: ["tcp:8080"], what: "web" }]);
});

test("machines that belong to nobody reach what is for their group, and nothing else", () => {
  const groups = '  homelab:tailnet: {groups: {ci: ["tag:ci"], operators: [anna@, "tag:ci", "tag:spare"]}}\n';
  const admin = '  homelab:admin: {from: [lan, "tailnet:ci"]}\n';
  const { tailnet } = model(webFor("tailnet:operators"), CONFIG + groups + admin);
  const text = tailnet === undefined ? "" : textOf(tailnet);
  expect(text).toContain(`"groups": {
    "group:operators": ["anna@"],
  },`);
  expect(text).toContain('    "tag:ci": ["tag:homelab"],\n    "tag:spare": ["tag:homelab"],\n');
  expect(tailnet?.grants.map(({ from, ports }) => [from, ports])).toEqual([
    [["tag:ci"], ["tcp:22"]],
    [["group:operators", "tag:ci", "tag:spare"], ["tcp:8080"]],
  ]);
  expect(text).toContain(
    '{"src": "tag:spare", "proto": "tcp", "accept": ["tag:homelab-pi5:8080"], "deny": ["tag:homelab-pi5:22"]},',
  );
  expect(text).toContain(
    '{"src": "tag:ci", "proto": "tcp", "accept": ["tag:homelab-pi5:22", "tag:homelab-pi5:8080"]},',
  );
});

test.each(["tag:homelab-pi5", "tag:homelab", "tag:Ci", "tag:"])("%s is no machine of a group", (tag) => {
  expect(
    problemsOf(() => model(webFor("lan"), `${CONFIG}  homelab:tailnet: {groups: {ci: ["${tag}"]}}\n`)),
  ).toHaveLength(1);
});

test("the policy file of a small homelab", () => {
  expect(textOf(tailnetOf(["tailnet:family", "role:agent"], "")).replace(/[0-9a-f]{12}/, "DIGEST")).toBe(`{
  // homelab DIGEST: derived from the homelab's declaration; change it there. An edit here is reported, not overwritten.
  "groups": {
    "group:family": ["anna@example.com", "ben@example.com"],
    "group:guests": ["carl@"],
  },
  "tagOwners": {
    "tag:homelab": [],
    "tag:homelab-jellyfin": ["tag:homelab"],
    "tag:homelab-pi5": ["tag:homelab"],
    "tag:homelab-zero": ["tag:homelab"],
  },
  "grants": [
    // jellyfin: ssh
    {"src": ["autogroup:member"], "dst": ["tag:homelab-jellyfin"], "ip": ["tcp:22"]},
    // pi5: ssh
    {"src": ["autogroup:member"], "dst": ["tag:homelab-pi5"], "ip": ["tcp:22"]},
    // pi5: web
    {"src": ["group:family", "tag:homelab-zero"], "dst": ["tag:homelab-pi5"], "ip": ["tcp:8080"]},
    // zero: ssh
    {"src": ["autogroup:member"], "dst": ["tag:homelab-zero"], "ip": ["tcp:22"]},
  ],
  "tests": [
    {"src": "anna@example.com", "proto": "tcp", "accept": ["tag:homelab-jellyfin:22"], "deny": ["tag:homelab-jellyfin:8080"]},
    {"src": "anna@example.com", "proto": "tcp", "accept": ["tag:homelab-pi5:22", "tag:homelab-pi5:8080"]},
    {"src": "anna@example.com", "proto": "tcp", "accept": ["tag:homelab-zero:22"], "deny": ["tag:homelab-zero:8080"]},
    {"src": "ben@example.com", "proto": "tcp", "accept": ["tag:homelab-jellyfin:22"], "deny": ["tag:homelab-jellyfin:8080"]},
    {"src": "ben@example.com", "proto": "tcp", "accept": ["tag:homelab-pi5:22", "tag:homelab-pi5:8080"]},
    {"src": "ben@example.com", "proto": "tcp", "accept": ["tag:homelab-zero:22"], "deny": ["tag:homelab-zero:8080"]},
    {"src": "carl@", "proto": "tcp", "accept": ["tag:homelab-jellyfin:22"], "deny": ["tag:homelab-jellyfin:8080"]},
    {"src": "carl@", "proto": "tcp", "accept": ["tag:homelab-pi5:22"], "deny": ["tag:homelab-pi5:8080"]},
    {"src": "carl@", "proto": "tcp", "accept": ["tag:homelab-zero:22"], "deny": ["tag:homelab-zero:8080"]},
    {"src": "tag:homelab-jellyfin", "proto": "tcp", "deny": ["tag:homelab-pi5:22", "tag:homelab-pi5:8080"]},
    {"src": "tag:homelab-jellyfin", "proto": "tcp", "deny": ["tag:homelab-zero:22", "tag:homelab-zero:8080"]},
    {"src": "tag:homelab-pi5", "proto": "tcp", "deny": ["tag:homelab-jellyfin:22", "tag:homelab-jellyfin:8080"]},
    {"src": "tag:homelab-pi5", "proto": "tcp", "deny": ["tag:homelab-zero:22", "tag:homelab-zero:8080"]},
    {"src": "tag:homelab-zero", "proto": "tcp", "deny": ["tag:homelab-jellyfin:22", "tag:homelab-jellyfin:8080"]},
    {"src": "tag:homelab-zero", "proto": "tcp", "accept": ["tag:homelab-pi5:8080"], "deny": ["tag:homelab-pi5:22"]},
  ],
  "sshTests": [
    {"src": "anna@example.com", "dst": ["tag:homelab-jellyfin", "tag:homelab-pi5", "tag:homelab-zero"], "deny": ["root"]},
    {"src": "ben@example.com", "dst": ["tag:homelab-jellyfin", "tag:homelab-pi5", "tag:homelab-zero"], "deny": ["root"]},
    {"src": "carl@", "dst": ["tag:homelab-jellyfin", "tag:homelab-pi5", "tag:homelab-zero"], "deny": ["root"]},
    {"src": "tag:homelab-jellyfin", "dst": ["tag:homelab-pi5", "tag:homelab-zero"], "deny": ["root"]},
    {"src": "tag:homelab-pi5", "dst": ["tag:homelab-jellyfin", "tag:homelab-zero"], "deny": ["root"]},
    {"src": "tag:homelab-zero", "dst": ["tag:homelab-jellyfin", "tag:homelab-pi5"], "deny": ["root"]},
  ],
  // homelab end
}
`);
});

test("check shows who is granted what, and how much of it is tried", () => {
  const homelab = model(webFor("tailnet:family"), CONFIG + GROUPS + SSH_FROM_LAN);
  expect(outputsOf(homelab)["tailnet"]).toEqual({
    grants: [{ host: "pi5", ports: ["tcp:8080"], what: "web", from: ["group:family"] }],
    // Ports 22 and 8080, by three people in groups and by one in none.
    expected: { open: 2, shut: 6 },
  });
  expect(sectionsText(sectionsOf(outputsOf(homelab)))).toContain("1 grants, tried in 8 ways, 6 of them shut");
  expect(outputsOf(model(webFor("tailnet")))).not.toHaveProperty("tailnet");
});

test("where nothing is open to the tailnet, everything is shut", () => {
  const text = textOf(tailnetOf(["lan"]));
  expect(policyOf(text).grants).toEqual([]);
});

test("another control server gets no tests of machines that have not joined", () => {
  const server = GROUPS.replace("{groups", "{oauthClient: x, server: https://headscale.example.org, groups");
  const config = `${CONFIG}${server}  homelab:secrets: {TAILSCALE_OAUTH_SECRET: {secure: v1:x}}\n`;
  const { tailnet } = model(webFor("tailnet:family"), config);
  expect(tailnet?.access?.server).toBe("https://headscale.example.org");
  const { tests, grants } = policyOf(textOf(tailnet as TailnetModel));
  expect([tests, grants?.length]).toEqual([[], 2]);
  expect(tailnet?.expectations.length).toBeGreaterThan(0);
});

test.each([
  ["a group that is written otherwise", webFor("tailnet:famly"), GROUPS, 'write "tailnet:family"'],
  ["an unknown group", webFor("tailnet:friends"), GROUPS, "write under homelab:tailnet who is in it"],
  ["a group without a tailnet", webFor("tailnet:family"), "", "groups: { family: [anna@example.com] }"],
  ["a group of nobody", webFor("lan"), "  homelab:tailnet: {groups: {family: []}}\n", "write who is in it"],
  ["a person without an @", webFor("lan"), "  homelab:tailnet: {groups: {family: [anna]}}\n", "as in anna@"],
  [
    "an API key",
    webFor("lan"),
    "  homelab:tailnet: {oauthClient: tskey-api-abc}\n",
    "an API key expires after 90 days",
  ],
  ["a client without a secret", webFor("lan"), "  homelab:tailnet: {oauthClient: abc}\n", "TAILSCALE_OAUTH_SECRET"],
  ["merging without a client", webFor("lan"), "  homelab:tailnet: {policy: merge}\n", "needs an OAuth client"],
  ["a server in the clear", webFor("lan"), "  homelab:tailnet: {server: http://x}\n", "https://headscale.example.org"],
  ["SSH for no group", webFor("lan"), '  homelab:admin: {from: ["tailnet:none"]}\n', 'the tailnet has no group "none"'],
])("a mistake is told with what to write: %s", (_, compose_, more, hint) => {
  const problems = problemsOf(() => model(compose_, CONFIG + more));
  expect(problems).toEqual([expect.stringContaining(hint)]);
});

test.each([
  ["all", "tailscale: package", "", ["jellyfin", "pi5"]],
  ["one", "", ", tailscale: package", ["jellyfin"]],
  ["all but one", "tailscale: package", ", tailscale: none", ["pi5"]],
  ["none", "", "", []],
])("who joins the tailnet: %s", (_, everybody, one, names) => {
  const homelab = model(
    webFor("lan"),
    `${CONFIG}${MEDIA.replace("role: media", `role: media${one}`)}  homelab:tailnet: {oauthClient: x, ${everybody}}
  homelab:secrets: {TAILSCALE_OAUTH_SECRET: {secure: v1:x}}
`,
    { "stacks/media/compose.yaml": NOTHING_RUNS },
  );
  expect(homelab.tailnet?.joins).toEqual(names);
  const scopes = names.length === 0 ? ["policy_file"] : ["policy_file", "auth_keys"];
  expect(homelab.tailnet?.access?.scopes).toEqual(scopes);
  const inputs = homelab.hosts.map(({ name, settings }) => [name, settings.find((it) => it.name === "tailnet")?.input]);
  expect(inputs.filter(([, input]) => input !== undefined).map(([name]) => name)).toEqual([...names].reverse());
  for (const [name, input] of inputs.filter(([, it]) => it !== undefined)) {
    expect(JSON.parse(fillIn(input as Text, () => "the-key"))).toEqual({
      server: "https://controlplane.tailscale.com",
      hostname: name,
      tag: `tag:homelab-${name as string}`,
      key: "the-key",
    });
  }
});

test("a host cannot join without an OAuth client", () => {
  const config = CONFIG.replace("role: nas", "role: nas, tailscale: package");
  const problem = "Pulumi.test.yaml:5 config.homelab:hosts.pi5.tailscale: needs an OAuth client";
  expect(problemsOf(() => model(webFor("lan"), config))).toEqual([expect.stringContaining(problem)]);
});

test("the firewall opens the tailnet's interface for whom the policy lets in, hosts among them", () => {
  const rules = (config: string, audience: string): string[] => {
    const [pi5] = model(webFor(audience), config, {
      "stacks/media/compose.yaml": NOTHING_RUNS,
      "stacks/agent/compose.yaml": NOTHING_RUNS,
    }).hosts;
    const input = pi5?.settings.find(({ name }) => name === "firewall")?.input as string;
    return input.split("\n").filter((it) => /HOMELAB-TAILNET.*dport 8080/.test(it));
  };
  const hosts = CONFIG + MEDIA + ZERO + SSH_FROM_LAN;
  expect(rules(hosts, "role:agent")).toEqual([]);
  expect(rules(hosts + GROUPS, "role:agent")).toHaveLength(2);
  expect(rules(hosts + GROUPS, "tailnet:family")).toHaveLength(2);
  expect(rules(hosts + GROUPS, "lan")).toEqual([]);
});
