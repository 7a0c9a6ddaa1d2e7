import type { Host } from "../../lab/lab.js";
import { PREFIX } from "./work.js";
import type { Item } from "./work.js";

/** A task of Ansible. */
type Task = Readonly<Record<string, unknown>>;

/** Text that looks like a template is none. */
const raw = (text: string): string => (/\{[{%#]/.test(text) ? `{% raw %}${text}{% endraw %}` : text);

function taskOf(item: Item, host: Host, python: string): Task {
  // The hosts have no Docker SDK for Python, so these modules run here and reach the engine by SSH, as Docker's CLI does.
  const docker = (module: string, args: Readonly<Record<string, unknown>>): Task => ({
    name: `${item.kind} ${"name" in item ? item.name : ""}`,
    [`community.docker.${module}`]: { ...args, docker_host: `ssh://deploy@${host.name}`, use_ssh_client: true },
    delegate_to: "localhost",
    become: false,
    vars: { ansible_connection: "local", ansible_python_interpreter: python },
  });
  switch (item.kind) {
    case "folder":
      return { name: item.path, "ansible.builtin.file": { path: item.path, state: "directory" } };
    case "file": {
      const args = { dest: item.path, content: raw(item.content), mode: "0644" };
      return { name: item.path, "ansible.builtin.copy": args };
    }
    case "rule":
      return { name: item.rule, "community.general.ufw": ufw(item.rule) };
    case "network":
      return docker("docker_network", { name: `${PREFIX}${item.name}` });
    case "volume":
      return docker("docker_volume", { volume_name: `${PREFIX}${item.name}` });
    case "container":
      return docker("docker_container", {
        name: `${PREFIX}${item.name}`,
        image: item.image,
        env: Object.fromEntries(Object.entries(item.env).map(([key, value]) => [key, raw(value)])),
        state: "present",
        pull: "missing",
      });
  }
}

/** `allow in on tailscale0 from 192.0.2.0/24 to any port 22 proto tcp comment 'text'` as arguments of the module. */
function ufw(rule: string): Readonly<Record<string, unknown>> {
  const after = (word: string): string | undefined => new RegExp(`\\b${word} (\\S+)`).exec(rule)?.[1];
  const named = {
    rule: rule.split(" ")[0],
    interface: after("in on"),
    direction: rule.includes(" in on ") ? "in" : undefined,
    from_ip: after("from"),
    to_port: after("port"),
    proto: after("proto"),
    comment: /comment '([^']*)'/.exec(rule)?.[1],
  };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
}

/** The files of a playbook by name; JSON is YAML. */
export function playbook(
  work: ReadonlyMap<string, readonly Item[]>,
  hosts: readonly Host[],
  options: { readonly sshConfig: string; readonly key: string; readonly sockets: string; readonly python: string },
): ReadonlyMap<string, string> {
  const inventory = {
    all: {
      hosts: Object.fromEntries(hosts.map(({ name }) => [name, {}])),
      vars: {
        ansible_user: "pi",
        ansible_ssh_private_key_file: options.key,
        ansible_ssh_common_args: `-F ${options.sshConfig}`,
        ansible_python_interpreter: "/usr/bin/python3",
      },
    },
  };
  const play = {
    name: "homelab",
    hosts: "all",
    gather_facts: false,
    become: true,
    strategy: "free",
    tasks: [{ "ansible.builtin.include_tasks": "tasks-{{ inventory_hostname }}.yml" }],
  };
  const settings = [
    "[defaults]",
    `forks = ${hosts.length}`,
    "host_key_checking = true",
    "nocows = true",
    "[ssh_connection]",
    "pipelining = true",
    `control_path_dir = ${options.sockets}`,
    "ssh_args = -o ControlMaster=auto -o ControlPersist=60s",
  ];
  return new Map([
    ["ansible.cfg", `${settings.join("\n")}\n`],
    ["inventory.yml", JSON.stringify(inventory)],
    ["playbook.yml", JSON.stringify([play])],
    ...hosts.map((host): [string, string] => {
      const tasks = (work.get(host.name) ?? []).map((item) => taskOf(item, host, options.python));
      return [`tasks-${host.name}.yml`, JSON.stringify(tasks)];
    }),
  ]);
}
