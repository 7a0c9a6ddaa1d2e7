import type { Lab } from "../../lab/lab.js";
import { prepareProject } from "../../lab/project.js";
import type { PulumiStack } from "../../scripts/lib/pulumi-stack.js";
import { up } from "../deployment.js";
import { measure } from "../measure.js";
import type { Command } from "../measure.js";
import { HEADER, row, table } from "../statistics.js";
import type { Sample } from "../statistics.js";
import { checkDone } from "./check.js";
import { Peers } from "./tools.js";
import { FOLDER, workOf } from "./work.js";
import type { ExportedResource, Item } from "./work.js";

type Work = ReadonlyMap<string, readonly Item[]>;

const OURS = "this program";
/** Host that is off in the last case. */
const OFF = "pi-zero-2";
/** A file that each host has. */
const FILE = "/etc/systemd/journald.conf.d/60-homelab.conf";
/** A value that is one environment variable of one container. */
const VALUE = { name: "WOODPECKER_ADMIN", host: "pi4-ci", container: "woodpecker-server" };

/** Something to be done, and how to see that it was. */
interface Case {
  readonly name: string;
  readonly off?: string;
  /** Called before each run of each tool. Answers with the work that the other tools are given. */
  readonly before: (run: number) => Promise<Work>;
  /** Looks whether this program did its part. @throws Error if not */
  readonly done: (run: number) => Promise<void>;
}

/** The same work by this program, Ansible and pyinfra, in turn; after each run it is checked that it was done. */
export async function benchPeers(lab: Lab, runs: number): Promise<string> {
  const stack = await prepareProject(lab);
  await measure(up(stack));
  const peers = new Peers(lab);
  await peers.install();
  const state = JSON.parse(await stack.must(["stack", "export"])) as { deployment: { resources: ExportedResource[] } };
  const work = workOf(state.deployment.resources);
  const rows: string[][] = [];
  try {
    for (const it of casesOf(lab, stack, work)) {
      rows.push(...(await withHostOff(lab, it.off, () => runCase(lab, stack, peers, it, runs))));
    }
  } finally {
    await measure(up(await prepareProject(lab))); // with the values of before
  }
  const size = [...work.values()].reduce((sum, items) => sum + items.length, 0);
  return `${work.size} hosts, ${state.deployment.resources.length} resources; ${size} tasks for the others.\n\n${table(HEADER, rows)}`;
}

async function withHostOff<T>(lab: Lab, host: string | undefined, work: () => Promise<T>): Promise<T> {
  if (host === undefined) {
    return work();
  }
  await lab.powerOff(host);
  try {
    return await work();
  } finally {
    await lab.powerOn(host);
  }
}

async function runCase(lab: Lab, stack: PulumiStack, peers: Peers, it: Case, runs: number): Promise<string[][]> {
  const good = it.off === undefined ? [0] : [0, 1, 2, 4];
  const commands: Record<string, Command> = { [OURS]: up(stack), ...peers.commands };
  const samples = new Map<string, Sample[]>(Object.keys(commands).map((name) => [name, []]));
  for (let i = 0; i <= runs; i++) {
    for (const [name, command] of Object.entries(commands)) {
      const work = await it.before(i);
      await peers.declare(work);
      const sample = await measure({ ...command, good }, lab);
      await (name === OURS ? it.done(i) : checkDone(lab, work, it.off));
      if (i > 0) {
        samples.get(name)?.push(sample); // the first one has more to do
      }
    }
  }
  return [...samples].map(([name, all]) => row(`${it.name}: ${name}`, all));
}

function casesOf(lab: Lab, stack: PulumiStack, work: Work): Case[] {
  const nothing = (): Promise<void> => Promise.resolve();
  const spoil = async (): Promise<void> => {
    const script = `for f in ${FILE} ${FOLDER}${FILE}; do [ ! -f $f ] || echo '# by hand' >>$f; done`;
    await Promise.all(lab.hosts.map(({ name }) => lab.root(name, ["sh", "-c", script])));
  };
  const healed = async (): Promise<void> => {
    const found = await Promise.all(lab.hosts.map(({ name }) => lab.root(name, ["grep", "-l", "by hand", FILE])));
    expectNothing(found.map(({ stdout }) => stdout).join(""));
  };
  return [
    { name: "nothing to do", before: () => Promise.resolve(work), done: nothing },
    {
      name: "one environment variable",
      before: async (run) => {
        await stack.must(["config", "set", "--path", `homelab:values.${VALUE.name}`, `user-${run}`]);
        return withVariable(work, `user-${run}`);
      },
      done: async (run) => {
        const { stdout } = await lab.root(VALUE.host, ["docker", "inspect", VALUE.container]);
        expectNothing(stdout.includes(`=user-${run}"`) ? "" : `${VALUE.container} has not user-${run}`);
      },
    },
    {
      name: "drift of one file on each host",
      before: async () => {
        await spoil();
        return work;
      },
      done: healed,
    },
    { name: "one host off", off: OFF, before: () => Promise.resolve(work), done: nothing },
  ];
}

function withVariable(work: Work, value: string): Work {
  const change = (item: Item): Item =>
    item.kind === "container" && item.name === VALUE.container
      ? { ...item, env: { ...item.env, [VALUE.name]: value } }
      : item;
  return new Map([...work].map(([host, items]) => [host, host === VALUE.host ? items.map(change) : items]));
}

function expectNothing(problem: string): void {
  if (problem !== "") {
    throw new Error(`not done: ${problem}`);
  }
}
