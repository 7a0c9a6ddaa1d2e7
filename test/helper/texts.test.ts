import { mkdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { JOIN_KEY } from "../../model/config/tailnet-settings.js";
import { fillIn } from "../../model/text.js";
import { FakeHost } from "./fake-host.js";
import { declaration, homelab, TARGETS, TIMEZONES } from "./homelabs.js";

// What the model writes, whatever the owner declares, is what the helper takes: names, addresses and paths have one form.

jest.setTimeout(120_000); // most of it is starting programs, which a busy machine does slowly
const SEED = 20;
/** What is taken from OpenMediaVault before anything is changed. */
const OMV = 'case "$3 $4" in "Config isDirty") echo false ;; *) echo "[]" ;; esac';
const PASSWORD = 'a"b \\ $x äß';

const PROGRAMS = {
  sshd: 'case "$*" in -T*) echo "port 22" ;; esac',
  sudo: 'echo "    (ALL) NOPASSWD: ALL"',
  getent: `case "$1 $2" in "group homelab-ssh") echo "homelab-ssh:x:1:pi" ;; "passwd pi") echo "pi:x:1:1::$ROOT/home/pi:" ;; *) exit 2 ;; esac`,
  "iptables-restore": "",
  "ip6tables-restore": "",
  "apt-config": "",
  dockerd: "",
  testparm: "",
};
const hosts = { debian: new FakeHost(PROGRAMS), omv: new FakeHost({ ...PROGRAMS, "omv-rpc": OMV }) };
for (const host of Object.values(hosts)) {
  host.write("etc/ssh/sshd_config", "Include /etc/ssh/sshd_config.d/*.conf\n");
  host.write("home/pi/.ssh/authorized_keys", "ssh-ed25519 AAAA\n");
  host.write("proc/self/mountinfo", "");
  host.write("var/lib/homelab/base/keys-deploy", "ssh-ed25519 AAAA\n");
  for (const timezone of TIMEZONES) {
    host.write(`usr/share/zoneinfo/${timezone}`, "");
  }
  mkdirSync(join(host.root, "inputs"));
}
afterAll(() => {
  hosts.debian.remove();
  hosts.omv.remove();
});

test("whatever is declared, the helper takes what it is given", async () => {
  const names = new Set<string>();
  const inputs = new Map<string, string>();
  const declarations = (["debian", "omv"] as const).flatMap((base) =>
    fc.sample(declaration, { seed: SEED, numRuns: 1 }).map((it) => ({ ...it, base })),
  );
  const targets = declarations.flatMap((it) => TARGETS.map((to) => ({ ...it, backups: { to } })));
  [...declarations, ...targets].forEach((declared, i) => {
    for (const { role, settings } of homelab(declared).hosts) {
      for (const { name, input } of settings.filter((it) => i < declarations.length || it.name === "backups")) {
        const on = declared.base === "omv" && role === "nas" ? "omv" : "debian";
        const text = fillIn(input, (name) => (name === JOIN_KEY ? "hskey-auth-x" : PASSWORD));
        names.add(`${on} ${name}`);
        if (![...inputs.values()].includes(`${on}${text}`)) {
          const file = `inputs/${i}-${inputs.size}.${name}.json`;
          inputs.set(file, `${on}${text}`);
          hosts[on].write(file, text);
        }
      }
    }
  });
  expect([...names].sort()).toEqual([
    ...[
      "backup-keys",
      "backups",
      "base",
      "certificates",
      "docker",
      "firewall",
      "mounts",
      "nfs",
      "smb",
      "smb-users",
      "ssh",
      "system",
      "tailnet",
    ].map((name) => `debian ${name}`),
    ...[
      "backup-keys",
      "backups",
      "base",
      "docker",
      "firewall",
      "mounts",
      "nfs",
      "smb",
      "smb-users",
      "system",
      "tailnet",
    ].map((name) => `omv ${name}`),
  ]);
  const check = (host: FakeHost) => host.run(join(__dirname, "check.sh"), [join(host.root, "inputs")]);
  expect(await Promise.all(Object.values(hosts).map(check))).toEqual(
    Array(2).fill({ exitCode: 0, stdout: "", stderr: "" }),
  );
});
