import { spawn } from "node:child_process";
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { argvOf } from "../../scripts/lib/project.js";
import type { PulumiStack } from "../../scripts/lib/pulumi-stack.js";
import { commandOn, configure, containers, lab, operate } from "../lab/homelab.js";
import { deployedLab } from "../lab/states.js";
import { EDITS } from "../lab/edits.js";
import { generator } from "../lab/generator.js";

// Random hand edits, kills, power cuts and changes of the declaration, one after the other, for as long as it is told; after
// each the promises are checked: every host lets the one who deploys in, one deployment puts everything right and says
// that it has, a second one changes nothing, and nothing differs. `npm run test:soak -- --minutes 30 --seed 7`. The log,
// soak.log in the lab's folder, has each step; the same seed takes the same steps.

const MINUTES = Number(process.env["SOAK_MINUTES"] ?? 30);
const SEED = Number(process.env["SOAK_SEED"] ?? 1);
/** Until a change that nobody confirmed has gone back, and a host has booted. */
const SSH_PATIENCE_S = 180;
const SLOWEST_STEP_MS = 20 * 60_000;
const LONGEST_DEPLOYMENT_MS = 25_000;

jest.setTimeout(MINUTES * 60_000 + 2 * SLOWEST_STEP_MS);
const log = join(lab.dir, "soak.log");
let cli: PulumiStack;

const random = generator(SEED);
const below = (count: number): number => Math.floor(random() * count);
function pick<T>(list: readonly T[]): T {
  const item = list[below(list.length)];
  if (item === undefined) {
    throw new Error("nothing to pick from");
  }
  return item;
}

interface Step {
  readonly what: string;
  readonly run: () => Promise<unknown>;
  /** What of it is the owner's own, and so is undone by hand before the promises are checked. */
  readonly undo?: () => Promise<unknown>;
}

const root = (host: string, script: string) => lab.root(host, ["sh", "-c", script]);
const anyHost = (): string => pick(lab.hosts.filter(({ spare }) => !spare)).name;

/** What leaves Docker in half a state. */
const onDocker = [
  "systemctl restart docker.socket docker.service",
  "systemctl stop containerd.service",
  "pkill -KILL -x containerd",
  "jq '.nonsense = 1' /etc/docker/daemon.json >/run/daemon.json; cp -p /etc/docker/daemon.json /root/daemon.json; " +
    "cat /run/daemon.json >/etc/docker/daemon.json; systemctl restart docker.service; " +
    "cat /root/daemon.json >/etc/docker/daemon.json", // mended, and not started again
];
const onContainers = ["docker stop", "docker rm --force", "docker pause", "docker kill", "docker update --restart no"];
const onFirewall = [
  "iptables -F INPUT",
  "iptables -P INPUT ACCEPT",
  "iptables -I INPUT -j ACCEPT",
  "iptables -F DOCKER-USER",
  "iptables -I DOCKER-USER -j RETURN",
  "ufw disable",
  "ufw allow 8000/tcp",
  "ip6tables -P INPUT ACCEPT",
  "iptables -P INPUT ACCEPT; iptables -P FORWARD ACCEPT; iptables -F",
];
/** Steps of each kind, made again for each turn. */
const KINDS: readonly (() => Step | Promise<Step>)[] = [
  () => {
    const { host, hand, undo } = pick(EDITS.filter(({ stays, undo: back }) => stays !== true || back !== undefined));
    return { what: `${host}: ${hand}`, run: () => root(host, hand), undo: () => root(host, undo ?? ":") };
  },
  async () => {
    const [host = "", name = ""] = pick(Object.keys(await containers()).sort()).split("/");
    const hand = pick(onContainers);
    return { what: `${host}: ${hand} ${name}`, run: () => root(host, `${hand} ${name}`) };
  },
  () => {
    const [host, hand] = [anyHost(), pick(onFirewall)];
    return { what: `${host}: ${hand}`, run: () => root(host, hand) };
  },
  () => {
    const [host, hand] = [anyHost(), pick(onDocker)];
    return { what: `${host}: ${hand}`, run: () => root(host, hand) };
  },
  () => {
    const host = anyHost();
    return {
      what: `${host}: power off and on`,
      run: async () => {
        await lab.powerOff(host);
        await lab.powerOn(host);
      },
    };
  },
  () => changed("a deployment", () => Promise.resolve()),
  () => {
    const after = below(LONGEST_DEPLOYMENT_MS);
    return changed(`a deployment, killed after ${after} ms`, (deployment) => {
      return sleep(after).then(() => {
        deployment.kill();
      });
    });
  },
  () => {
    const [host, after] = [anyHost(), below(LONGEST_DEPLOYMENT_MS)];
    return changed(`a deployment, ${host} without power after ${after} ms`, async () => {
      await sleep(after);
      await lab.powerOff(host);
      await sleep(1000);
      await lab.powerOn(host);
    });
  },
  () => {
    const [host, after] = [anyHost(), below(LONGEST_DEPLOYMENT_MS)];
    return changed(`a deployment, the helper on ${host} killed after ${after} ms`, async () => {
      await sleep(after);
      await root(host, "pkill -KILL -f '^/bin/sh /usr/local/sbin/homelab-helper'");
    });
  },
  () => {
    const [host, after] = [anyHost(), below(LONGEST_DEPLOYMENT_MS)];
    return changed(`a deployment, every sshd on ${host} killed after ${after} ms`, async () => {
      await sleep(after);
      await root(host, "pkill -KILL sshd");
    });
  },
  () => {
    const [host, after] = [anyHost(), below(LONGEST_DEPLOYMENT_MS)];
    return changed(`a deployment, Docker on ${host} killed after ${after} ms`, async () => {
      await sleep(after);
      await root(host, "pkill -KILL dockerd; pkill -KILL -x containerd");
    });
  },
];

interface Deployment {
  readonly kill: () => void;
}
/** Names of services that nothing else needs. */
const OPTIONAL = ["homepage", "glances", "seerr", "registry-ui"];
/** Services that are off for now, and whether somebody from elsewhere may log in. */
const declared = { off: new Set<string>(), guest: false };
/** Declares something else, deploys it, and meanwhile does something. */
function changed(what: string, meanwhile: (deployment: Deployment) => Promise<void>): Step {
  const name = pick([...OPTIONAL, "admin"]);
  return {
    what: `${what}, with a change of ${name}`,
    run: async () => {
      await declareOtherwise(name);
      const [node, ...script] = argvOf("deploy");
      const child = spawn(node, [...script, "--stack", cli.name], {
        cwd: cli.directory,
        env: { ...process.env, ...cli.env },
        detached: true,
        stdio: "ignore",
      });
      const ended = new Promise((resolve) => child.once("exit", resolve));
      const kill = (): void => {
        if (child.exitCode === null && child.pid !== undefined) {
          process.kill(-child.pid, "SIGKILL");
        }
      };
      await meanwhile({ kill });
      await ended;
    },
  };
}

async function declareOtherwise(name: string): Promise<void> {
  if (name === "admin") {
    declared.guest = !declared.guest;
    await configure(cli, ["homelab:audiences"], declared.guest ? { soak: "192.0.2.9" } : undefined);
    await configure(cli, ["homelab:admin"], declared.guest ? { from: ["lan", "soak"] } : undefined);
    return;
  }
  const on = declared.off.delete(name);
  if (!on) {
    declared.off.add(name);
  }
  await configure(cli, ["homelab:services", name], on ? undefined : false);
}

async function checkPromises(): Promise<string[]> {
  const broken: string[] = [];
  for (const { name } of lab.hosts.filter(({ spare }) => !spare)) {
    if (!(await letsIn(name))) {
      broken.push(`${name} lets nobody in`);
    }
  }
  await cli.run(["cancel", "--yes"]); // a deployment that was killed leaves its lock
  const first = await commandOn(cli, "deploy");
  if (first.exitCode !== 0) {
    broken.push(`deploy ended with ${String(first.exitCode)}:\n${first.output}`);
  }
  const { changes, output } = await operate(cli, "up");
  if (Object.keys(changes).join() !== "unchanged") {
    broken.push(`a second up changed something: ${JSON.stringify(changes)}\n${output}`);
  }
  const drift = await commandOn(cli, "drift");
  if (drift.exitCode !== 0) {
    broken.push(`drift ended with ${String(drift.exitCode)}:\n${drift.output}`);
  }
  return broken;
}
async function letsIn(host: string): Promise<boolean> {
  const deadline = Date.now() + SSH_PATIENCE_S * 1000;
  while (Date.now() < deadline) {
    if ((await lab.ssh(host, ["true"])).exitCode === 0) {
      return true;
    }
    await sleep(1000);
  }
  return false;
}
test(`the promises hold for ${MINUTES} minutes, seed ${SEED}`, async () => {
  cli = await deployedLab();
  const end = Date.now() + MINUTES * 60_000;
  const broken: string[] = [];
  writeFileSync(log, "");
  for (let turn = 1; Date.now() < end; turn++) {
    const step = await pick(KINDS)();
    appendFileSync(log, `${turn}: ${step.what}\n`);
    await step.run();
    await step.undo?.();
    const said = await checkPromises();
    said.forEach((words) => {
      appendFileSync(log, `${turn}: BROKEN ${words}\n`);
    });
    broken.push(...said.map((words) => `${turn}: ${step.what}: ${words}`));
  }
  expect(broken).toEqual([]);
});
