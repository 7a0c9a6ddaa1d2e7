import { playbook } from "../../bench/peers/ansible.js";
import { workOf } from "../../bench/peers/work.js";
import { median, row, spread } from "../../bench/statistics.js";

test("median and range", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2);
  expect(() => median([])).toThrow("no values");
  expect(spread([3.04, 2.9, 3.4])).toBe("3.0 (2.9 to 3.4)");
  expect(row("up", [{ wall: 2, cpu: 1 }])).toEqual(["up", "2.0 (2.0 to 2.0)", "1.0 (1.0 to 1.0)", ""]);
});

const urn = (type: string, name: string): string =>
  `urn:pulumi:lab::homelab::homelab:index:Containers$${type}::${name}`;
const RESOURCES = [
  { urn: "urn:pulumi:lab::homelab::pulumi:pulumi:Stack::homelab-lab" },
  {
    urn: urn("command:remote:Command", "pi5/setting/firewall"),
    inputs: {
      stdin: JSON.stringify({
        files: { "/etc/homelab/firewall.v4": ["*filter", "COMMIT"] },
        folders: [{ path: "/srv/nas/tv", mode: "2775" }],
        rules: ["allow in on eth0 from 192.0.2.0/24 to any port 22 proto tcp comment 'homelab ssh'"],
      }),
    },
  },
  { urn: urn("command:remote:Command", "pi5/setting/smb-users"), inputs: { stdin: { ciphertext: "v1:x" } } },
  { urn: urn("command:remote:Command", "pi5/file/web/etc/web.conf"), inputs: { stdin: "{{ no template }}\n" } },
  { urn: urn("docker:index/network:Network", "pi5/network/web"), inputs: { name: "web" } },
  { urn: urn("docker:index/volume:Volume", "pi5/volume/data"), inputs: { name: "data" } },
  {
    urn: urn("docker:index/container:Container", "pi5/container/web"),
    inputs: { image: "web:1", envs: ["A=b=c", { ciphertext: "v1:x" }] },
  },
];

test("the work of other tools is all that the state has", () => {
  expect([...workOf(RESOURCES).keys()]).toEqual(["pi5"]);
  expect(workOf(RESOURCES).get("pi5")).toEqual([
    { kind: "folder", path: "/srv/peer" },
    { kind: "folder", path: "/srv/peer/etc/homelab" },
    { kind: "folder", path: "/srv/peer/web/etc" },
    { kind: "file", path: "/srv/peer/etc/homelab/firewall.v4", content: "*filter\nCOMMIT\n" },
    { kind: "folder", path: "/srv/nas/tv" },
    { kind: "rule", rule: "allow in on eth0 from 192.0.2.0/24 to any port 22 proto tcp comment 'homelab ssh'" },
    { kind: "file", path: "/srv/peer/smb-users", content: "x".repeat(32) },
    { kind: "file", path: "/srv/peer/web/etc/web.conf", content: "{{ no template }}\n" },
    { kind: "network", name: "web" },
    { kind: "volume", name: "data" },
    { kind: "container", name: "web", image: "web:1", env: { A: "b=c" } },
  ]);
});

test("Ansible is told each of it, and takes no text for a template", () => {
  const host = { name: "pi5", address: "192.0.2.1", address6: "::1", role: "nas", memory: "8g", spare: false } as const;
  const options = { sshConfig: "/c", key: "/k", sockets: "/s", python: "/p" };
  const files = playbook(workOf(RESOURCES), [host], options);
  const tasks = JSON.parse(files.get("tasks-pi5.yml") ?? "") as Record<string, unknown>[];
  expect(tasks).toHaveLength(11);
  expect(tasks[5]?.["community.general.ufw"]).toEqual({
    rule: "allow",
    interface: "eth0",
    direction: "in",
    from_ip: "192.0.2.0/24",
    to_port: "22",
    proto: "tcp",
    comment: "homelab ssh",
  });
  expect(tasks[7]?.["ansible.builtin.copy"]).toMatchObject({
    content: "{% raw %}{{ no template }}\n{% endraw %}",
    dest: "/srv/peer/web/etc/web.conf",
  });
  expect(files.get("ansible.cfg")).toMatch(/forks = 1\n[^]*pipelining = true\n[^]*ControlPersist=60s/);
});
