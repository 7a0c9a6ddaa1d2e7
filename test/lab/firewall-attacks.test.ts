import { createHash } from "node:crypto";
import { prepareProject } from "../../lab/project.js";
import { loadHomelab } from "../../model/load.js";
import { PROGRAM } from "../../scripts/lib/project.js";
import { generator } from "./generator.js";
import { driftIn, lab } from "./homelab.js";
import { answers, Keyboard, letsIn, unansweredDuring } from "./keyboard.js";

// What somebody does by hand to the firewall and to sshd of a host, and what becomes of it: seen, healed, and SSH is never
// shut. And the helper itself, killed at whatever moment. Many attacks on one host, without a deployment.

jest.setTimeout(3_600_000);
const HOST = "pi-zero-1";
const CANARY = 8008; // a server on the host that nobody declared
const PUBLISHED = 12347; // and a container, on a bridge with a name of its own
const LOAD = "/usr/local/lib/homelab/bin/load-firewall";
/** How many moments to kill the helper at; a soak sets more. */
const KILLS = Number(process.env["KILLS"] ?? 20);
const SETTINGS = ["ssh", "firewall"] as const;
const CUTS = Math.ceil(KILLS / 20);
type Name = (typeof SETTINGS)[number];

let keyboard: Keyboard;
const inputs = new Map<string, string>();
const input = (name: Name): string => inputs.get(name) ?? "";

beforeAll(async () => {
  await lab.assertUp();
  await lab.freshHosts([HOST]);
  const { directory } = await prepareProject(lab);
  const host = loadHomelab("lab", [directory, PROGRAM]).hosts.find(({ name }) => name === HOST);
  for (const { name, input: text } of host?.settings ?? []) {
    if (typeof text === "string") {
      inputs.set(name, text);
    }
  }
  keyboard = new Keyboard(HOST);
  await keyboard.run(`systemd-run --quiet --unit=canary python3 -m http.server ${CANARY}
    docker network create -o com.docker.network.bridge.name=mybr0 n
    docker run -d -p ${PUBLISHED}:3000 --network n ghcr.io/gethomepage/homepage:v1.12.3`);
  for (const name of SETTINGS) {
    expect(await apply(name)).toContain("applied");
  }
});
afterAll(() => {
  keyboard.close();
});

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
const given = (text: string): string => `<<'INPUT'\n${text}\nINPUT`;
/** Applies what is wanted and confirms it, as a deployment does; what a here-document adds is taken off again. */
const apply = (name: Name, text = input(name)): Promise<string> =>
  keyboard.run(`head -c ${Buffer.byteLength(text)} >/root/${name}.json ${given(text)}
homelab-helper apply ${name} </root/${name}.json && homelab-helper confirm ${digest(text)}`);

async function drift(name: Name): Promise<readonly string[]> {
  return driftIn(await keyboard.run("homelab-helper probe"), name);
}
const open = async (): Promise<Record<string, boolean>> => ({
  ssh: await answers(HOST, 22),
  canary: await answers(HOST, CANARY, 400),
  published: await answers(HOST, PUBLISHED, 400),
});
const AS_DECLARED = { ssh: true, canary: false, published: false };

test("what nobody declared is shut, whatever its bridge is called", async () => {
  expect(await keyboard.run("docker ps --format '{{.Ports}}'")).toContain(`:${PUBLISHED}->`);
  expect(await open()).toEqual(AS_DECLARED);
});

/** A line for the frame that UFW puts around its rules. */
const FRAME = "sed -i '/^COMMIT/i -A ufw-before-input -p tcp --dport 8008 -j ACCEPT' /etc/ufw/before.rules";

test.each<[what: string, byHand: string]>([
  ["everything flushed", "iptables -P INPUT ACCEPT; iptables -P FORWARD ACCEPT; iptables -F"],
  ["flushed and shut", "iptables -F; iptables -P OUTPUT ACCEPT"],
  ["flushed, also over IPv6", "ip6tables -P INPUT ACCEPT; ip6tables -F; ip6tables -X"],
  ["the policy of INPUT", "iptables -P INPUT ACCEPT; ip6tables -P INPUT ACCEPT"],
  ["the policy of FORWARD", "iptables -P FORWARD ACCEPT"],
  ["INPUT flushed", "iptables -F INPUT"],
  ["UFW's default", "ufw default allow incoming"],
  ["UFW's default for forwarding", "ufw default allow routed"],
  ["UFW off", "ufw disable"],
  ["UFW reset", "ufw --force reset"],
  ["UFW not started at boot", "systemctl disable ufw"],
  ["a rule of UFW's", `ufw allow ${CANARY}/tcp`],
  ["UFW's rules removed", "rm /etc/ufw/user.rules"],
  ["UFW's rules empty", ": >/etc/ufw/user.rules; : >/etc/ufw/user6.rules"],
  ["UFW's frame, not loaded", FRAME],
  ["UFW's frame, loaded", `${FRAME}; ufw reload`],
  ["a rule ahead of UFW", "iptables -I INPUT -j ACCEPT"],
  ["a rule behind UFW", "iptables -A INPUT -p tcp -j ACCEPT"],
  ["a chain of one's own", "iptables -N mine; iptables -A mine -j ACCEPT; iptables -I INPUT -j mine"],
  [
    "a chain of a chain",
    "iptables -N a; iptables -N b; iptables -A a -j b; iptables -A b -j ACCEPT; iptables -I INPUT -j a",
  ],
  ["a rule in a chain of UFW's", "iptables -I ufw-user-input -j ACCEPT"],
  ["a rule in another of them", "iptables -I ufw-before-logging-input -p tcp -j ACCEPT"],
  ["a rule that shuts out SSH", "iptables -I INPUT -p tcp --dport 22 -j DROP"],
  ["a rule ahead of DOCKER-USER", "iptables -I FORWARD -j ACCEPT"],
  ["one for an interface", "iptables -I FORWARD -i eth0 -j ACCEPT"],
  ["a chain ahead of DOCKER-USER", "iptables -N mine2; iptables -A mine2 -j ACCEPT; iptables -I FORWARD -j mine2"],
  ["a rule in DOCKER-USER", "iptables -I DOCKER-USER -j RETURN"],
  [
    "an empty DOCKER-USER, and nothing that loads it",
    `cp -p ${LOAD} /root/load-firewall; iptables -F DOCKER-USER; echo exit >${LOAD}`,
  ],
  ["Docker's rules ahead of ours", "iptables -F FORWARD; iptables -A FORWARD -j DOCKER-USER; systemctl restart docker"],
  ["a rule ahead of the tailnet's", "iptables -t mangle -I PREROUTING -j ACCEPT"],
  ["the tailnet's chain flushed", "iptables -t mangle -F"],
  ["our chains' file", "echo '*filter' >/etc/homelab/firewall.v4"],
])("firewall: %s is seen and healed, and SSH stays open meanwhile", async (_, byHand) => {
  await keyboard.run(byHand);
  expect(await drift("firewall")).not.toEqual([]);
  const reachable = await answers(HOST, 22);
  let said = "";
  const healing = apply("firewall").then((text) => (said = text));
  const unanswered = await unansweredDuring(HOST, healing);
  expect([said, reachable ? unanswered : 0]).toEqual([expect.stringContaining("confirmed"), 0]);
  expect(await drift("firewall")).toEqual([]);
  expect(await open()).toEqual(AS_DECLARED);
});

test.each<[what: string, byHand: string]>([
  ["a file ahead of ours", "echo 'PermitRootLogin yes' >/etc/ssh/sshd_config.d/00-aaa.conf"],
  ["one with which sshd does not start", "echo 'Garbage yes' >/etc/ssh/sshd_config.d/00-aaa.conf"],
  ["a Match for a user", "printf 'Match User pi\\n PasswordAuthentication yes\\n' >>/etc/ssh/sshd_config"],
  [
    "a Match for a group",
    "printf 'Match Group homelab-ssh\\n PermitRootLogin=yes\\n' >/etc/ssh/sshd_config.d/60-x.conf",
  ],
  [
    "a Match for addresses",
    "printf 'Match Address 10.0.0.0/8\\n X11Forwarding yes\\n' >/etc/ssh/sshd_config.d/61-x.conf",
  ],
  ["another port", "echo 'Port 2222' >/etc/ssh/sshd_config.d/50-port.conf; systemctl reload ssh"],
  ["one more port", "printf 'Port 22\\nPort 2222\\n' >/etc/ssh/sshd_config.d/50-port.conf; systemctl reload ssh"],
  ["our file removed", "rm /etc/ssh/sshd_config.d/00-homelab.conf; systemctl reload ssh"],
  ["our file's mode", "chmod 0666 /etc/ssh/sshd_config.d/00-homelab.conf"],
  ["sshd not started at boot", "systemctl disable ssh"],
  ["sshd stopped", "systemctl stop ssh"],
])("ssh: %s is seen and healed", async (_, byHand) => {
  await keyboard.run(byHand);
  expect(await drift("ssh")).not.toEqual([]);
  expect(await apply("ssh")).toContain("ssh: confirmed");
  expect(await drift("ssh")).toEqual([]);
  expect(await open()).toEqual(AS_DECLARED);
  expect((await lab.ssh(HOST, ["true"])).exitCode).toBe(0);
});

test("what the owner marks to keep is kept, and is no finding", async () => {
  await keyboard.run(
    "ufw allow 9/udp comment keep; iptables -I INPUT -p tcp --dport 9 -m comment --comment keep -j ACCEPT",
  );
  expect(await drift("firewall")).toEqual([]);
  await keyboard.run("ufw allow 8/tcp");
  expect(await apply("firewall")).toContain("confirmed");
  expect(await keyboard.run("iptables -S INPUT; ufw show added")).toMatch(/--dport 9 [^]*allow 9\/udp comment 'keep'/);
  expect(await drift("firewall")).toEqual([]);
});

test("what decides on packets and no iptables shows is named, left as it is, and keeps nothing from being healed", async () => {
  const table = (name: string, more = ""): string =>
    `nft 'table inet ${name} { ${more} chain in { type filter hook input priority -10; tcp dport 9999 drop; }; }'`;
  const inOurs = "{ type filter hook input priority -10; }";
  await keyboard.run(`${table("theirs")}; ${table("kept", 'comment "keep";')}
    nft add chain ip filter theirs '${inOurs}'; nft add rule ip filter theirs tcp dport 9999 drop
    iptables-legacy -A INPUT -p tcp --dport 9999 -j DROP; ufw allow 8/tcp`);
  const noticed = [
    "noticed: nft table inet theirs: filters packets as well, and can block what is declared: input at -10 drop",
    "noticed: nft table ip filter: filters packets as well, and can block what is declared: input at -10 drop",
    "noticed: iptables-legacy: has 1 rules and policies of its own, which can block what is declared",
  ];
  expect(await drift("firewall")).toEqual(expect.arrayContaining([...noticed, expect.stringContaining("8/tcp")]));
  expect(await apply("firewall")).toContain("confirmed");
  expect(await drift("firewall")).toEqual(noticed);
  expect(await open()).toEqual(AS_DECLARED);
  await keyboard.run(`nft delete table inet theirs; nft delete table inet kept; iptables-legacy -F
    nft flush chain ip filter theirs; nft delete chain ip filter theirs`);
  expect(await drift("firewall")).toEqual([]);
});

/** The same firewall with other rules for SSH, which none of those that it is for may use. */
const withoutSsh = (more: object = {}): string => {
  const wanted = JSON.parse(input("firewall")) as { rules: string[] };
  return JSON.stringify({ ...wanted, rules: wanted.rules.filter((rule) => !rule.includes("port 22 ")), ...more });
};
const applyOnly = (text: string): Promise<string> => keyboard.run(`homelab-helper apply firewall ${given(text)}`);

test("a firewall that would shut out SSH is refused by the host itself, which stays as it was", async () => {
  const rules = "iptables-save | sed 's/\\[.*//; /^#/d'";
  const before = await keyboard.run(rules);
  expect(await applyOnly(withoutSsh())).toContain("the former state is back");
  expect(await keyboard.run(rules)).toBe(before);
  expect([await drift("firewall"), await open()]).toEqual([[], AS_DECLARED]);
});

test("where the former state lets nobody in either, SSH is open for the LAN, and the probe says so until it is mended", async () => {
  await keyboard.run("for t in iptables ip6tables; do $t -F; $t -P INPUT DROP; $t -P OUTPUT ACCEPT; done");
  expect(await answers(HOST, 22)).toBe(false);
  await applyOnly(withoutSsh());
  expect(await open()).toMatchObject({ ssh: true, canary: false });
  expect((await drift("firewall"))[0]).toMatch(/^ssh-forced-open: SSH is open to the whole LAN/);
  await keyboard.run("iptables -F INPUT; homelab-helper watch"); // what the timer does, each minute
  expect(await answers(HOST, 22)).toBe(true);
  expect(await apply("firewall")).toContain("confirmed");
  expect([await drift("firewall"), await open()]).toEqual([[], AS_DECLARED]);
});

describe("killed at whatever moment, the helper leaves SSH open and one of two states", () => {
  /** What else it may be changed to. */
  const other = (name: Name): string => {
    const wanted = JSON.parse(input(name)) as { rules?: string[]; files: Record<string, string[]> };
    return name === "firewall"
      ? JSON.stringify({
          ...wanted,
          rules: [...(wanted.rules ?? []), "allow from 10.9.0.0/16 to any port 22 proto tcp comment 'homelab: ssh'"],
        })
      : JSON.stringify({
          ...wanted,
          files: Object.fromEntries(
            Object.entries(wanted.files).map(([path, lines]) => [path, [...lines, "MaxAuthTries 5"]]),
          ),
        });
  };
  const killed = (command: string, afterMs: number): string =>
    `setsid homelab-helper ${command} & sleep ${(afterMs / 1000).toFixed(3)}; kill -KILL -- -$!; wait $!; rm -rf /run/homelab.*`;

  test.each(SETTINGS)("%s", async (name) => {
    const texts = [input(name), other(name)];
    await keyboard.run(
      texts.map((text, i) => `head -c ${Buffer.byteLength(text)} >/root/${i}.json ${given(text)}`).join("\n"),
    );
    const begun = Date.now();
    await keyboard.run(`homelab-helper apply ${name} </root/1.json`);
    const takes = 1.1 * (Date.now() - begun);
    await keyboard.run("homelab-helper revert");
    const random = generator(20);
    for (let i = 0; i < KILLS; i++) {
      const moment = Math.round(random() * takes);
      const steps = [`apply ${name} </root/1.json: killed after ${moment} ms`];
      await keyboard.run(killed(`apply ${name} </root/1.json`, moment));
      expect([steps, await letsIn(HOST)]).toEqual([steps, true]);
      const next = random();
      if (next < 0.4) {
        steps.push("revert: killed");
        await keyboard.run(killed("revert", Math.round(random() * 500)));
      } else if (next < 0.6) {
        steps.push("confirm: killed");
        await keyboard.run(killed(`confirm ${digest(texts[1] ?? "")}`, Math.round(random() * 150)));
      }
      expect([steps, await letsIn(HOST)]).toEqual([steps, true]);
      await keyboard.run("homelab-helper revert"); // as its timer does
      const report = await keyboard.run("homelab-helper probe");
      const { settings } = JSON.parse(report) as { settings: Record<string, { digest: string }> };
      expect([steps, driftIn(report, name)]).toEqual([steps, []]);
      expect(texts.map(digest)).toContain(settings[name]?.digest);
      expect([steps, await letsIn(HOST)]).toEqual([steps, true]);
      if (settings[name]?.digest !== digest(texts[0] ?? "")) {
        await apply(name);
      }
    }
  });
});

const ENDS = {
  "a power cut": () => lab.powerOff(HOST),
  "a reboot": () => lab.engine(["restart", HOST]), // its systemd is asked to shut down
};

test.each(Object.entries(ENDS))("%s at whatever moment leaves SSH open and one of two states", async (_, end) => {
  const random = generator(7);
  await keyboard.run(`[ ! -e /root/load-firewall ] || cp -p /root/load-firewall ${LOAD}`);
  for (let i = 0; i < CUTS; i++) {
    const moment = Math.round(random() * 1500);
    await keyboard.run(`(homelab-helper apply firewall </root/1.json >/dev/null 2>&1 &) ; sleep ${moment / 1000}`);
    await end();
    await lab.powerOn(HOST);
    keyboard.close();
    keyboard = new Keyboard(HOST);
    expect([moment, await letsIn(HOST), await drift("firewall")]).toEqual([moment, true, []]);
  }
  expect(await apply("firewall")).toMatch(/confirmed|in force already/);
});
