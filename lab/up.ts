import { Listr, PRESET_TIMER } from "listr2";
import type { ListrTask } from "listr2";
import type { Instance } from "./instance.js";
import { openLab } from "./lab.js";
import { interrupt, runScript } from "./machine.js";
import type { Fact } from "./machine.js";
import { PEOPLE } from "./project.js";
import { deploy } from "./stack.js";

export interface UpOptions {
  /** Run the program against the hosts once they are up. */
  readonly deploy: boolean;
}

/** The result, one line each. */
export interface UpResult {
  /** Empty if nothing had to change. */
  readonly changes: readonly string[];
  /** Warnings for the owner. */
  readonly warnings: readonly string[];
}

interface StepOptions {
  /** Keep its output on the screen. @default false */
  readonly keep?: boolean;
  readonly args?: readonly string[];
}

const LIVE = process.stdout.isTTY;
/** Lines that are shown of a running step. */
const SHOWN_LINES = 6;

/**
 * Brings the lab up, or completes an earlier run: every step first checks what exists.
 * @throws LabError if a step fails; parallel steps are stopped, and the next run continues from there
 */
export async function up(instance: Instance, options: UpOptions): Promise<UpResult> {
  const changes: string[] = [];
  const warnings: string[] = [];
  let over = false; // scripts still print while they are stopped, but listr2 no longer listens

  const step = (title: string, script: string, { keep = false, args = [] }: StepOptions = {}): ListrTask => ({
    title,
    task: async (_, task) => {
      const onFact = ({ kind, text }: Fact): void => {
        if (kind === "did") {
          changes.push(`${title}: ${text}`);
        }
        if (kind === "warning") {
          warnings.push(text);
        }
        if (!over) {
          task.output = LIVE ? text : `${title}: ${text}`;
        } // in a plain log, lines of parallel steps are mixed
      };
      const [only, ...others] = await runScript(instance, script, { title, args, onFact });
      if (LIVE && !keep && only !== undefined && others.length === 0) {
        task.title = `${title}: ${only.text}`;
      }
    },
    rendererOptions: { outputBar: keep ? Infinity : SHOWN_LINES, persistentOutput: keep },
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
    step("Docker Engine of the lab", "machine/docker-host.sh"),
    step("Host image", "machine/host-image.sh"),
    step("LAN", "machine/lan.sh"),
    together("On the LAN", [step("DNS and registries", "machine/registries.sh"), step("Hosts", "machine/hosts.sh")]),
  ]);
  const tasks: ListrTask[] = [
    step("Packages of this machine", "machine/packages.sh", { keep: true }),
    together("The lab", [
      machines,
      step("Pulumi engine", "pulumi-engine.sh"),
      step("Service images", "images/build.sh"),
      ...(options.deploy ? [step("Programs of a tailnet", "tailnet/build.sh")] : []),
    ]),
    step("Service images in the registries", "images/publish.sh"),
  ];
  tasks.push({
    title: "Bootstrap",
    task: async (_, task) => {
      await openLab(instance.name).bootstrap(undefined, ({ host, sign, text }) => {
        const line = `${host}: ${text}`;
        if (sign === "+") {
          changes.push(`Bootstrap: ${line}`);
        }
        if (sign === "?") {
          warnings.push(line);
        }
        if (!over) {
          task.output = line;
        }
      });
    },
    rendererOptions: { outputBar: SHOWN_LINES },
  });
  if (options.deploy) {
    tasks.push(step("Tailnet", "machine/tailnet.sh"));
    tasks.push({
      title: "Deploy",
      task: async (_, task) => {
        const lab = openLab(instance.name);
        const counts = await deploy(lab, await lab.controlServer(), (line) => {
          if (!over) {
            task.output = line;
          }
        });
        for (const [word, count] of Object.entries(counts)) {
          if (word !== "unchanged") {
            changes.push(`Deploy: ${count} ${word}`);
          }
        }
      },
      rendererOptions: { outputBar: SHOWN_LINES },
    });
    // Not before: without a policy everything is open.
    tasks.push(...PEOPLE.map((name) => step(`Phone of ${name}`, "machine/tailnet.sh", { args: ["phone", name] })));
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
    over = true;
    await interrupt("SIGTERM"); // stops the steps that run in parallel with the failed one
    throw error;
  }
  return { changes, warnings };
}
