import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HELPER_SOURCE, where } from "./fake-host.js";

// What the helper reads out of the kernel's rules, on texts of iptables-save: who gets to SSH, what differs from what was
// wanted, and how one state becomes another.

const folder = mkdtempSync(join(tmpdir(), "rules-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const lib = (name: string): string => join(HELPER_SOURCE, "lib", name);
const awk = (program: string, variables: Readonly<Record<string, string>>, ...files: string[]): string[] => {
  const options = Object.entries(variables).flatMap(([name, value]) => ["-v", `${name}=${value}`]);
  return execFileSync(where("awk"), [...options, "-f", lib("rules.awk"), "-f", lib(program), ...files], {
    encoding: "utf8",
  })
    .split("\n")
    .slice(0, -1);
};

const table = (name: string, chains: Readonly<Record<string, string>>, ...rules: string[]): string =>
  [
    `*${name}`,
    ...Object.entries(chains).map(([chain, policy]) => `:${chain} ${policy} [12:345]`),
    ...rules.map((rule) => `-A ${rule}`),
    "COMMIT",
    "",
  ].join("\n");
/** As UFW has it, a little shorter, with Docker beside it. */
const UFW = [
  "INPUT -j ufw-before-input",
  "FORWARD -j DOCKER-USER",
  "FORWARD -o docker0 -j DOCKER",
  "FORWARD -i docker0 ! -o docker0 -j ACCEPT",
  "FORWARD -j ufw-before-forward",
  "DOCKER-USER -m conntrack --ctstate DNAT -j HOMELAB-PUBLISHED",
  "HOMELAB-PUBLISHED -j DROP",
  "ufw-before-input -i lo -j ACCEPT",
  "ufw-before-input -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
  "ufw-before-input -m conntrack --ctstate INVALID -j DROP",
  "ufw-before-input -p icmp -m icmp --icmp-type 8 -j ACCEPT",
  "ufw-before-input -j ufw-not-local",
  "ufw-before-input -j ufw-user-input",
  "ufw-not-local -m addrtype --dst-type LOCAL -j RETURN",
  'ufw-not-local -m limit --limit 3/min --limit-burst 10 -j LOG --log-prefix "[UFW BLOCK] "',
  "ufw-not-local -j DROP",
  "ufw-user-input -s 192.168.1.0/24 -p tcp -m tcp --dport 22 -j ACCEPT",
  "ufw-user-input -i tailscale0 -p tcp -m tcp --dport 22 -j ACCEPT",
];
const CHAINS = {
  ...{ INPUT: "DROP", FORWARD: "DROP", OUTPUT: "ACCEPT", DOCKER: "-", "DOCKER-USER": "-", "HOMELAB-PUBLISHED": "-" },
  ...{ "ufw-before-input": "-", "ufw-before-forward": "-", "ufw-not-local": "-", "ufw-user-input": "-" },
};
const filter = (...rules: string[]): string => table("filter", CHAINS, ...rules);

describe("the first packet of a connection to SSH", () => {
  const LAN = "192.168.1.7,eth0,192.168.1.2";
  const walk = (rules: string, senders = LAN): string[] =>
    awk("walk.awk", { port: "22", senders }, file("walk", rules));

  test("is let in where a rule says so, by its address or its interface", () => {
    const senders = [LAN, "192.168.2.7,eth0,192.168.1.2", "100.64.0.2,tailscale0,", "100.64.0.2,eth0,"];
    expect(walk(filter(...UFW), senders.join(" "))).toEqual(["accepted", "dropped", "accepted", "dropped"]);
  });

  test.each<[what: string, verdict: string, rules: string[]]>([
    ["nothing but a policy that drops", "dropped", []],
    ["a rule ahead that drops", "dropped", ["INPUT -p tcp -m tcp --dport 22 -j DROP", ...UFW]],
    ["one that rejects new connections", "dropped", ["INPUT -m conntrack --ctstate INVALID,NEW -j REJECT", ...UFW]],
    ["one for several ports", "dropped", ["INPUT -p tcp -m multiport --dports 20:25,80 -j DROP", ...UFW]],
    ["one for other ports", "accepted", ["INPUT -p tcp -m multiport --dports 80,443 -j DROP", ...UFW]],
    ["one for everyone but the LAN", "accepted", ["INPUT ! -s 192.168.1.0/24 -p tcp -j DROP", ...UFW]],
    ["one for the first packet", "dropped", ["INPUT -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j DROP", ...UFW]],
    ["one for later packets", "accepted", ["INPUT -p tcp -m tcp --tcp-flags SYN,ACK ACK -j DROP", ...UFW]],
    ["one that counts", "accepted", ["INPUT -m recent --update --seconds 30 --hitcount 6 -j DROP", ...UFW]],
    ["a list that is not known here", "unsure", ["INPUT -m set --match-set banned src -j DROP", ...UFW]],
    [
      "a comment that looks like a rule",
      "accepted",
      ['INPUT -s 10.0.0.1/32 -m comment --comment "-j DROP" -j LOG', ...UFW],
    ],
    ["a list that may let in", "unsure", ["INPUT -m set --match-set friends src -j ACCEPT"]],
    ["a chain that goes back", "accepted", ["INPUT -j ufw-not-local", ...UFW]],
    ["a goto", "dropped", ["INPUT -g HOMELAB-PUBLISHED", ...UFW]],
  ])("%s: %s", (_, verdict, rules) => {
    expect(walk(filter(...rules))).toEqual([verdict]);
  });

  test.each([
    ["mangle", "PREROUTING -s 192.168.1.0/24 -j DROP", "dropped"],
    ["raw", "PREROUTING -p tcp -j DROP", "dropped"],
    ["nat", "PREROUTING -p tcp -m tcp --dport 22 -j REDIRECT --to-ports 2222", "dropped"],
    ["nat", "PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 172.17.0.2:80", "accepted"],
    ["mangle", "PREROUTING -i tailscale0 -j DROP", "accepted"],
  ])("meets the table %s first: %s", (name, rule, verdict) => {
    expect(walk(table(name, { PREROUTING: "ACCEPT", INPUT: "ACCEPT" }, rule) + filter(...UFW))).toEqual([verdict]);
  });

  test("over IPv6", () => {
    const rules = ["INPUT -s fd00:1:2::/64 -p tcp -m tcp --dport 22 -j ACCEPT", "INPUT -s fe80::/10 -p tcp -j ACCEPT"];
    const senders = [
      "fd00:1:2::7,eth0,",
      "fd00:1:2:0:1::7,eth0,",
      "fd00:1:3::7,eth0,",
      "febf::1,eth0,",
      "fec0::1,eth0,",
    ];
    expect(walk(filter(...rules), senders.join(" "))).toEqual([
      ...["accepted", "accepted", "dropped"],
      ...["accepted", "dropped"],
    ]);
  });
});

describe("what is in force", () => {
  const told = (rules: string, kept = ""): string[] => {
    const keep = file("kept", kept);
    return awk("in-force.awk", { name: "iptables", kept_in: keep }, keep, file("saved", rules));
  };
  const wanted = told(filter(...UFW));

  test.each<[what: string, rule: string, at: number, seen: boolean]>([
    ["accepts ahead of UFW", "INPUT -j ACCEPT", 0, true],
    ["accepts behind it", "INPUT -p tcp -j ACCEPT", UFW.length, true],
    ["shuts something", "INPUT -p tcp -m tcp --dport 445 -j DROP", 0, true],
    ["leads to a chain that accepts", "INPUT -j DOCKER", 0, true],
    ["leads to one that never does", "INPUT -j HOMELAB-PUBLISHED", 0, false],
    ["is tailscaled's", "INPUT -j ts-input", 0, false],
    ["is the owner's", "INPUT -j ACCEPT -m comment --comment keep", 0, false],
    ["forwards everything", "FORWARD -j ACCEPT", UFW.length, true],
    ["forwards ahead of DOCKER-USER", "FORWARD -i eth1 -j ACCEPT", 0, true],
    ["forwards an interface behind it", "FORWARD -i wg0 -j ACCEPT", UFW.length, false],
    ["is in a chain of UFW's", "ufw-user-input -j ACCEPT", 0, true],
    ["writes into the log", "ufw-user-input -j LOG", 0, false],
  ])("a rule that %s", (_, rule, at, seen) => {
    const rules = [...UFW.slice(0, at), rule, ...UFW.slice(at)];
    const accepting = ["DOCKER -d 172.17.0.2/32 -j ACCEPT"];
    const before = told(filter(...UFW, ...accepting));
    expect(before).toEqual(wanted);
    expect(told(filter(...rules, ...accepting)).length - wanted.length).toBe(seen ? 1 : 0);
  });

  test("rules that the owner keeps are none of ours, however they are written, and what follows them is", () => {
    const keep = [
      "### tuple ### allow udp 9 0.0.0.0/0 any 10.0.0.1 in comment=6b656570",
      "-A ufw-user-input -p udp --dport 9 -s 10.0.0.1 -j ACCEPT",
      "",
      "### RATE LIMITING ###",
      "-A ufw-user-input -p udp --dport 10 -j ACCEPT",
      "",
    ].join("\n");
    const rules = ["ufw-user-input -s 10.0.0.1/32 -p udp -m udp --dport 9 -j ACCEPT"];
    expect(told(filter(...UFW, ...rules), keep)).toEqual(wanted);
    expect(told(filter(...UFW, "ufw-user-input -p udp -m udp --dport 10 -j ACCEPT"), keep)).not.toEqual(wanted);
  });
});

describe("from one state to another", () => {
  const now = (rules: string): string => file("now", rules);
  const arrange = (mode: string, there: string, wanted: string): string[] =>
    awk("arrange.awk", { mode }, now(there), file("wanted", wanted)).filter((line) => line.startsWith("-A FORWARD"));
  const dockers = ["FORWARD -o br-0123456789ab -j DOCKER", "FORWARD -i br-0123456789ab -j ACCEPT"];
  const wanted = filter(...UFW.filter((rule) => !/docker0/.test(rule)));

  test("DOCKER-USER comes first, and Docker's rules of now stay", () => {
    const rules = arrange(
      "apply",
      filter("FORWARD -j ACCEPT", "FORWARD -i eth0 -j ACCEPT", ...dockers, ...UFW),
      wanted,
    );
    expect(rules).toEqual([
      "-A FORWARD -j DOCKER-USER",
      "-A FORWARD -i eth0 -j ACCEPT",
      ...dockers.map((rule) => `-A ${rule}`),
      "-A FORWARD -o docker0 -j DOCKER",
      "-A FORWARD -i docker0 ! -o docker0 -j ACCEPT",
      "-A FORWARD -j ufw-before-forward",
    ]);
  });

  test("where OpenMediaVault has the rules of the host, only our jump comes, ahead of what accepts", () => {
    const rules = ["INPUT -p tcp -m tcp --dport 80 -j ACCEPT", "INPUT -j DROP", "FORWARD -j ACCEPT"];
    const chains = { INPUT: "ACCEPT", FORWARD: "ACCEPT", OUTPUT: "ACCEPT" };
    const jump = table("filter", { ...chains, "DOCKER-USER": "-" }, "FORWARD -j DOCKER-USER", "DOCKER-USER -j RETURN");
    const text = awk("arrange.awk", { mode: "apply" }, now(table("filter", chains, ...rules)), file("wanted", jump));
    expect(text).toEqual([
      ...["*filter", ":FORWARD ACCEPT [0:0]", ":DOCKER-USER - [0:0]", "-F FORWARD"],
      ...["-A FORWARD -j DOCKER-USER", "-A FORWARD -j ACCEPT", "-A DOCKER-USER -j RETURN", "COMMIT"],
    ]);
  });

  test("back to what was, with Docker's rules of now in their place, and without what had come", () => {
    const had = filter(...UFW, "FORWARD -i wg0 -j ACCEPT");
    const has = table("filter", { ...CHAINS, mine: "-" }, "FORWARD -j mine", ...dockers, "FORWARD -j DOCKER-USER");
    expect(arrange("restore", has, had)).toEqual([
      "-A FORWARD -j DOCKER-USER",
      ...dockers.map((rule) => `-A ${rule}`),
      "-A FORWARD -j ufw-before-forward",
      "-A FORWARD -i wg0 -j ACCEPT",
    ]);
    expect(awk("arrange.awk", { mode: "restore" }, now(has), file("wanted", had))).toContain("-X mine");
  });
});
