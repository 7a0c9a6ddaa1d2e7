import { existsSync } from "node:fs";
import { join } from "node:path";
import { Listr, PRESET_TIMER, type ListrTask } from "listr2";
import type { Instance } from "./instance.js";
import { LabError } from "./lab-error.js";
import { openLab, type Lab } from "./lab.js";
import { interrupt, runScript, type Fact } from "./machine.js";

export interface UpOptions {
  /** Run the program against the hosts once they are up. */
  readonly deploy: boolean;
}

/** Says a line about what it does, shown under the step that runs. */
export type Report = (line: string) => void;

const LIVE = process.stdout.isTTY;

type Deploy = (lab: Lab, report: Report) => Promise<void>;

/** The program's deployment, if this checkout has one. */
async function deployer(): Promise<Deploy> {
  const file = join(__dirname, "stack.ts");
  if (!existsSync(file)) throw new LabError("lab/stack.ts is not there yet; up --no-deploy does the rest");
  const { deploy } = (await import(file)) as { deploy: Deploy };
  return deploy;
}

/**
 * Brings the lab up, or finishes what an earlier run began: every step looks at what is there first.
 * @returns what was changed, a line each; empty if everything was as it should be
 */
export async function up(instance: Instance, options: UpOptions): Promise<string[]> {
  const changes: string[] = [];

  /** @param asItWas what a script that does not tell `did` from `note` says when there was nothing to do */
  const step = (title: string, script: string, asItWas?: RegExp): ListrTask => ({
    title,
    task: async (_, task) => {
      const onFact = ({ kind, text }: Fact): void => {
        if (kind === "did" || asItWas?.test(text) === false) changes.push(`${title}: ${text}`);
        task.output = LIVE ? text : `${title}: ${text}`; // in a plain log, lines of steps that run together are mixed
      };
      const [only, ...others] = await runScript(instance, script, { title, onFact });
      if (LIVE && only !== undefined && others.length === 0) task.title = `${title}: ${only.text}`;
    },
  });
  const together = (title: string, tasks: ListrTask[]): ListrTask => ({
    title,
    task: (_, task) => task.newListr(tasks, { concurrent: true }),
  });
  const inTurn = (title: string, tasks: ListrTask[]): ListrTask => ({
    title,
    task: (_, task) => task.newListr(tasks, { concurrent: false }),
  });

  const machines = inTurn("Hosts", [
    together("What they are made of", [
      step("Root file system", "machine/rootfs.sh"),
      step("NFS client", "machine/nfs-client.sh"),
      step("Network", "machine/network.sh"),
      step("Keys and certificates", "machine/keys.sh"),
    ]),
    step("Docker Engine of the lab", "machine/engine-host.sh"),
    step("Host image", "machine/host-image.sh"),
    step("LAN", "machine/lan.sh"),
    together("On the LAN", [step("DNS and registries", "machine/registries.sh"), step("Hosts", "machine/hosts.sh")]),
  ]);
  const tasks: ListrTask[] = [
    step("Packages of this machine", "machine/packages.sh"),
    together("The lab", [
      machines,
      step("Pulumi engine", "engine.sh", /in place/),
      step("Service images", "images/build.sh", /are there/),
    ]),
    step("Service images in the registries", "images/publish.sh", /are there/),
  ];
  if (options.deploy) {
    tasks.push({
      title: "Deploy",
      task: async (_, task) => {
        const deploy = await deployer();
        await deploy(openLab(instance.name), (line) => (task.output = line));
      },
    });
  }
  const list = new Listr(tasks, {
    concurrent: false,
    registerSignalListeners: false, // cli.ts stops the scripts first
    rendererOptions: { timer: PRESET_TIMER, collapseSubtasks: false, collapseErrors: false, showErrorMessage: false },
    fallbackRenderer: "simple",
    fallbackRendererOptions: { timer: PRESET_TIMER },
  });
  try {
    await list.run();
  } catch (error) {
    await interrupt("SIGTERM"); // the steps beside the one that failed
    throw error;
  }
  return changes;
}
