import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { loadHomelab } from "../../model/load.js";
import { prepareProject } from "../../lab/project.js";
import { PROGRAM } from "../../scripts/lib/project.js";
import type { RunResult } from "../../scripts/lib/process.js";
import { driftIn, everybodyCanLogIn, lab, reverted } from "./homelab.js";

// The helper on one real host, asked as the program asks it: as deploy, over SSH.

jest.setTimeout(600_000);
const HOST = "pi4-ci";
const HELPER = "/usr/local/sbin/homelab-helper";
/** What the program would apply there. */
const inputs = new Map<string, string>();

beforeAll(async () => {
  await lab.assertUp();
  await lab.freshHosts([HOST]);
  const { directory } = await prepareProject(lab);
  const host = loadHomelab("lab", [directory, PROGRAM]).hosts.find(({ name }) => name === HOST);
  for (const { name, input } of host?.settings ?? []) {
    if (typeof input === "string") {
      inputs.set(name, input);
    }
  }
});

const helper = (words: readonly string[], input = ""): Promise<RunResult> =>
  lab.ssh(HOST, ["sudo", "-n", HELPER, ...words], { input });
const input = (name: string): string => inputs.get(name) ?? "";
const byHand = async (script: string): Promise<string> => {
  const { exitCode, stdout, stderr } = await lab.root(HOST, ["sh", "-ec", script]);
  expect([exitCode, exitCode === 0 ? "" : stderr]).toEqual([0, ""]);
  return stdout;
};

interface Seen {
  readonly state: string;
  readonly drift: readonly string[];
}
/** What the probe says; sshd refuses a connection while it reads its configuration again. */
async function probe(): Promise<string> {
  let result = await lab.ssh(HOST, [], { user: "probe" });
  for (let tries = 0; tries < 20 && result.stderr.includes("Connection refused"); tries++) {
    await sleep(100);
    result = await lab.ssh(HOST, [], { user: "probe" });
  }
  expect([result.exitCode, result.exitCode === 0 ? "" : result.stderr]).toEqual([0, ""]);
  return result.stdout;
}
async function seen(name: string): Promise<Seen> {
  const stdout = await probe();
  const { settings } = JSON.parse(stdout) as { settings: Record<string, { state: string }> };
  return { state: settings[name]?.state ?? "not reported", drift: driftIn(stdout, name) };
}

async function confirm(text: string): Promise<RunResult> {
  return helper(["confirm", createHash("sha256").update(text).digest("hex")]);
}
/** Applies and, for what would revert by itself, confirms. */
async function apply(name: string, text = input(name)): Promise<string> {
  const { exitCode, stdout, stderr } = await helper(["apply", name], text);
  expect([exitCode, exitCode === 0 ? "" : stderr]).toEqual([0, ""]);
  if (name === "ssh" || name === "firewall") {
    expect((await confirm(text)).exitCode).toBe(0);
  }
  return stdout;
}

describe.each([
  {
    name: "ssh" as const,
    before: "echo 'PasswordAuthentication yes' >/etc/ssh/sshd_config.d/50-owner.conf",
    hand: "echo 'PermitRootLogin yes' >/etc/ssh/sshd_config.d/00-aaa.conf; systemctl reload ssh",
    words: ["changed: PermitRootLogin yes"],
    gone: "! sshd -T | grep -i allowgroups",
  },
  {
    name: "system" as const,
    before: ":",
    hand: "ln -sfn /usr/share/zoneinfo/UTC /etc/localtime; sysctl -qw net.ipv4.conf.all.send_redirects=1; rm /etc/systemd/journald.conf.d/60-homelab.conf",
    words: [
      "removed: /etc/systemd/journald.conf.d/60-homelab.conf: removed by hand",
      'changed: "net.ipv4.conf.all.send_redirects = 1 now" instead of "net.ipv4.conf.all.send_redirects = 0 now"',
      expect.stringMatching(/^changed: "time zone \S*UTC" instead of "time zone Europe\/Berlin"/) as string,
    ],
    gone: "! ls /etc/apt/apt.conf.d/52homelab-upgrades /etc/sysctl.d/60-homelab.conf 2>/dev/null",
  },
  {
    name: "docker" as const,
    before: `mkdir -p /etc/docker; echo '{"labels": ["owner=me"], "live-restore": false}' >/etc/docker/daemon.json; systemctl restart docker`,
    hand: `jq '."live-restore" = false | .debug = true' /etc/docker/daemon.json >/tmp/d; cat /tmp/d >/etc/docker/daemon.json`,
    words: [
      'changed: "daemon.json: live-restore: false" instead of "daemon.json: live-restore: true"',
      "changed: daemon.json: was changed after Docker read it",
    ],
    gone: `[ "$(jq -c '[.labels, ."live-restore"]' /etc/docker/daemon.json)" = '[["owner=me"],false]' ]`,
  },
  {
    name: "firewall" as const,
    before: "ufw allow 7777/tcp; ufw allow 7/udp comment keep",
    hand: "ufw allow 8000/tcp; ufw allow 9/udp comment keep; iptables -F DOCKER-USER; iptables -I INPUT -p tcp --dport 81 -j ACCEPT",
    words: [
      "added: 8000/tcp from anywhere, added by hand",
      "added: the kernel has: iptables -A INPUT -p tcp -m tcp --dport 81 -j ACCEPT",
      "missing: the kernel lacks 4 rules of iptables DOCKER-USER",
    ],
    gone: "ufw status | grep -q inactive; ! iptables -S DOCKER-USER | grep HOMELAB",
  },
])("$name", ({ name, before, hand, words, gone }) => {
  test("is applied, and again changes nothing", async () => {
    await byHand(before);
    expect(await apply(name)).toMatch(/^applied$/m);
    expect(await apply(name)).toBe("unchanged\n");
    expect(await seen(name)).toMatchObject({ state: "applied", drift: [] });
    await everybodyCanLogIn(HOST);
  });

  test("what somebody changes by hand is told in words and healed, a second time too", async () => {
    for (let time = 1; time <= 2; time++) {
      await byHand(hand);
      expect((await seen(name)).drift).toEqual(expect.arrayContaining(words));
      expect(await apply(name)).toMatch(/^applied$/m);
      expect((await seen(name)).drift).toEqual([]);
    }
  });

  test("is removed, and what was there before is back", async () => {
    expect((await helper(["remove", name])).exitCode).toBe(0);
    await byHand(gone);
    expect(await seen(name)).toMatchObject({ state: "absent", drift: [] });
    await everybodyCanLogIn(HOST);
    await apply(name);
  });
});

test("Docker keeps the owner's keys, and containers live on while it restarts", async () => {
  expect(await byHand("jq -c '[.labels, .\"live-restore\"]' /etc/docker/daemon.json")).toBe('[["owner=me"],true]\n');
});

test("rules that the owner keeps stay", async () => {
  const rules = await byHand("ufw show added");
  expect(rules).toContain("ufw allow 7/udp comment 'keep'");
  expect(rules).toContain("ufw allow 9/udp comment 'keep'");
  expect(rules).not.toContain("7777");
});

test("after a reboot all of it is still so", async () => {
  await lab.powerOff(HOST);
  await lab.powerOn(HOST);
  for (const name of ["ssh", "system", "docker", "firewall"] as const) {
    expect([name, await seen(name)]).toMatchObject([name, { state: "applied", drift: [] }]);
  }
});

test("Docker's restart and UFW's reload leave the firewall as it was", async () => {
  await byHand("systemctl restart docker; ufw reload");
  expect((await seen("firewall")).drift).toEqual([]);
});

describe("nobody is locked out for good", () => {
  const withoutSsh = (): string => {
    const rules = JSON.parse(input("firewall")) as { rules: string[] };
    const others = rules.rules.filter((rule) => !rule.includes("port 22 "));
    return JSON.stringify({ ...rules, admin: undefined, rules: others, revertAfter: 6 }); // or the host itself refuses it
  };
  const onlyOthers = (): string => {
    const ssh = JSON.parse(input("ssh")) as { files: Record<string, string[]> };
    const [[path, lines] = ["", []]] = Object.entries(ssh.files);
    return JSON.stringify({ files: { [path]: [...lines, "AllowUsers nobody"] }, revertAfter: 6 });
  };
  test.each([
    ["firewall" as const, withoutSsh],
    ["ssh" as const, onlyOthers],
  ])("a %s that shuts everybody out is taken back when nobody confirms it", async (name, bad) => {
    expect((await helper(["apply", name], bad())).stdout).toMatch(/^applied$/m);
    expect((await lab.ssh(HOST, ["true"])).exitCode).toBe(255);
    await reverted(HOST, name);
    expect(await seen(name)).toMatchObject({ state: "reverted", drift: [] });
    expect((await confirm(bad())).stderr).toContain("too late");
    expect(await apply(name)).toMatch(/^unchanged$/m);
    expect((await seen(name)).state).toBe("applied");
  });

  test("a power cut before the confirmation ends in the former state", async () => {
    expect((await helper(["apply", "firewall"], withoutSsh())).exitCode).toBe(0);
    await lab.powerOff(HOST);
    await lab.powerOn(HOST);
    expect(await seen("firewall")).toMatchObject({ state: "reverted", drift: [] });
    await apply("firewall");
  });

  test("a second change waits until the first is confirmed or gone", async () => {
    const { files } = JSON.parse(input("ssh")) as { files: Record<string, string[]> };
    const [[path, lines] = ["", []]] = Object.entries(files);
    const other = JSON.stringify({ files: { [path]: [...lines, "MaxAuthTries 5"] } });
    expect((await helper(["apply", "ssh"], other)).exitCode).toBe(0);
    const second = await helper(["apply", "firewall"], withoutSsh());
    expect([second.exitCode, second.stderr]).toEqual([65, expect.stringContaining("ssh waits for its confirmation")]);
    expect((await helper(["revert"])).stdout).toContain("ssh: back to the former state");
    expect(await byHand("sshd -T | grep -i maxauthtries")).toBe("maxauthtries 6\n");
    await apply("ssh");
  });
});

describe("the helper refuses, and changes nothing", () => {
  const file = (path: string, lines: unknown = ["x"]): string => JSON.stringify({ files: { [path]: lines } });
  const SSHD = "/etc/ssh/sshd_config.d/00-homelab.conf";

  test.each<[string, readonly string[], string, number, string]>([
    ["a setting that it does not know", ["apply", "passwd"], "{}", 64, "usage:"],
    ["a setting that is a path", ["apply", "../lib/common"], "{}", 64, "usage:"],
    ["a command that it does not know", ["shell"], "", 64, "usage:"],
    ["a token that is none", ["confirm", "$(id)"], "", 64, "usage:"],
    ["a path outside the table", ["apply", "ssh"], file("/etc/shadow"), 65, "ssh may not write /etc/shadow"],
    ["a path of another setting", ["apply", "ssh"], file("/etc/homelab/firewall.v4"), 65, "ssh may not write"],
    ["a path that goes up", ["apply", "ssh"], file("/etc/ssh/sshd_config.d/../../shadow"), 65, "no path here has"],
    ["a path with a line break", ["apply", "ssh"], file(`${SSHD}\n/etc/shadow`), 65, "no path here has"],
    ["a text with a zero byte", ["apply", "ssh"], file(SSHD, ["\u0000"]), 65, "zero byte"],
    ["a text that is a number", ["apply", "ssh"], file(SSHD, 7), 65, "lists of lines"],
    ["a line that is two", ["apply", "ssh"], file(SSHD, ["a\nb"]), 65, "lists of lines"],
    ["what is not JSON", ["apply", "ssh"], "PermitRootLogin yes", 65, "not one JSON object"],
    ["two objects", ["apply", "ssh"], "{}{}", 65, "not one JSON object"],
    ["nothing at all", ["apply", "ssh"], "", 65, "not one JSON object"],
    ["too much", ["apply", "ssh"], file(SSHD, ["#".repeat(300_000)]), 65, "larger than"],
    ["an sshd that would not start", ["apply", "ssh"], file(SSHD, ["Ciphers rot13"]), 65, "sshd says:"],
    ["an sshd that lets root in", ["apply", "ssh"], file(SSHD, [" PermitRootLogin yes"]), 65, "may not say"],
    [
      "a rule that is none",
      ["apply", "firewall"],
      '{"rules": ["allow 22; reboot"]}',
      65,
      "has a form that this helper does not accept",
    ],
    ["a key of Docker's", ["apply", "docker"], '{"daemon": {"hosts": ["tcp://0.0.0.0"]}}', 65, "not a key"],
    ["a time zone from elsewhere", ["apply", "system"], '{"timezone": "../../etc/passwd"}', 65, "no time zone"],
  ])("%s", async (_, words, text, exitCode, why) => {
    const state = "sshd -T; ufw show added; cat /etc/docker/daemon.json; readlink /etc/localtime; ls -lR /etc/ssh";
    const before = await byHand(state);
    const result = await helper(words, text);
    expect([result.exitCode, result.stderr]).toEqual([exitCode, expect.stringContaining(why)]);
    expect(await byHand(state)).toBe(before);
  });

  test("a link in the place of a file", async () => {
    await byHand(`cp ${SSHD} /root/kept; ln -sf /etc/motd ${SSHD}`);
    const result = await helper(["apply", "ssh"], input("ssh"));
    expect([result.exitCode, result.stderr]).toEqual([65, expect.stringContaining("is a symbolic link")]);
    await byHand(`rm ${SSHD}; cp -p /root/kept ${SSHD}; ! grep Authentication /etc/motd`);
  });

  test("passwords off while nobody who looks after the host has a key", async () => {
    await byHand(
      "mv ~pi/.ssh/authorized_keys /root/pi-keys; echo '# changed' >>/etc/ssh/sshd_config.d/00-homelab.conf",
    );
    const result = await helper(["apply", "ssh"], input("ssh"));
    await byHand("mv /root/pi-keys ~pi/.ssh/authorized_keys");
    expect([result.exitCode, result.stderr]).toEqual([65, expect.stringContaining("both a key and full sudo")]);
    await apply("ssh");
  });
});
