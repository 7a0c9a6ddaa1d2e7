import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { FakeHost, where } from "./fake-host.js";
import { CASES, made, TAKEN } from "./hostile-inputs.js";

jest.setTimeout(300_000); // starting programs is all that it takes, which a busy machine does slowly

test("what the helper does not know to be harmless it refuses, and nothing on the host changes", async () => {
  const host = new FakeHost({
    sshd: 'case "$*" in -T*) echo "port 22" ;; esac',
    sudo: 'echo "    (ALL) NOPASSWD: ALL"',
    getent: `case "$1 $2" in "group homelab-ssh") echo "homelab-ssh:x:1:pi" ;; "passwd pi") echo "pi:x:1:1::$ROOT/home/pi:" ;; *) exit 2 ;; esac`,
    ...Object.fromEntries(["iptables-restore", "ip6tables-restore", "apt-config", "dockerd"].map((name) => [name, ""])),
  });
  host.write("etc/ssh/sshd_config", "Include /etc/ssh/sshd_config.d/*.conf\n");
  host.write("home/pi/.ssh/authorized_keys", "ssh-ed25519 AAAA\n");
  host.write("proc/self/mountinfo", "");
  host.write("usr/share/zoneinfo/Etc/UTC", "");
  mkdirSync(join(host.root, "inputs"));
  const cases = Object.entries(CASES).flatMap(([setting, all], i) =>
    all.map(([what, change, outcome], j) => {
      const isLine = typeof change !== "function";
      // the first of a setting is the input as it is, to which lines are added
      const name = isLine ? `${i}0.${setting}.${j}.also` : `${i}${j}.${setting}.json`;
      const text = isLine ? `${change.path}\n${change.line}\n` : JSON.stringify(change(made(setting)));
      host.write(`inputs/${name}`, text);
      return { what: `${setting}: ${what}`, name, outcome };
    }),
  );
  const etc = (): string => execFileSync(where("ls"), ["-lR", join(host.root, "etc")], { encoding: "utf8" });
  const before = etc();

  const { stdout, stderr } = await host.run(join(__dirname, "check.sh"), [join(host.root, "inputs")]);
  expect(stderr).toBe("");
  expect(etc()).toBe(before);
  host.remove();
  const answers = new Map(stdout.split("\n").map((line) => [line.replace(/: .*/, ""), line.replace(/^[^:]*: /, "")]));
  const answered = cases.map(({ what, name }) => [what, answers.get(name) ?? TAKEN]);
  expect(answered).toEqual(
    cases.map(({ what, outcome }) => [
      what,
      outcome === TAKEN ? TAKEN : (expect.stringContaining(`refused: ${outcome}`) as unknown),
    ]),
  );
  expect(cases.length).toBeGreaterThan(100);
});
