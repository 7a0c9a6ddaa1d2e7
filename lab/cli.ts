import { existsSync } from "node:fs";
import { Command, Option } from "commander";
import { down } from "./down.js";
import { findInstance } from "./instance.js";
import type { Instance } from "./instance.js";
import { Interrupted, LabError, StepError } from "./lab-error.js";
import { ACCOUNTS, openLab } from "./lab.js";
import type { Account } from "./lab.js";
import { withLock } from "./lock.js";
import { interrupt } from "./machine.js";
import { seconds } from "./seconds.js";
import { PEOPLE } from "./project.js";
import { openPhone, openShell } from "./shell.js";
import { status } from "./status.js";
import { reportOnTailnet } from "./tailnet/report.js";
import { up } from "./up.js";

interface InstanceOption {
  readonly instance: string;
}
const instanceOption = (): Option =>
  new Option("--instance <name>", "which lab of lab/instances.txt").env("LAB_INSTANCE").default("lab");

function commands(): Command {
  const program = new Command("npm run lab --")
    .description("A homelab in a box: Debian hosts with systemd, sshd and a Docker Engine each, on this machine.")
    .enablePositionalOptions();
  program
    .command("up", { isDefault: true })
    .description("bring the lab up and deploy to it, or finish what an earlier run began")
    .option("--no-deploy", "stop when the hosts and their registries are up")
    .addOption(instanceOption())
    .action(async ({ instance: name, deploy }: InstanceOption & { deploy: boolean }) => {
      const instance = findInstance(name);
      await withLock(instance, () => bringUp(instance, deploy));
    });
  program
    .command("status")
    .description("hosts, services, which of them are stand-ins, and their addresses")
    .addOption(instanceOption())
    .action(async ({ instance }: InstanceOption) => {
      await status(openLab(instance));
    });
  program
    .command("down")
    .description("remove what up made; caches, images and keys stay for the next time")
    .option("--purge", "remove these as well", false)
    .addOption(instanceOption())
    .action(async ({ instance: name, purge }: InstanceOption & { purge: boolean }) => {
      const instance = findInstance(name);
      if (existsSync(instance.dir)) {
        await withLock(instance, () => down(instance, { purge }));
      } else {
        console.log(`There is no ${instance.dir}: nothing to do.`);
      }
    });
  program
    .command("ssh")
    .description("log in to a host, or run a command there")
    .argument("<host>")
    .argument("[command...]")
    .addOption(new Option("--user <name>", "pi may do everything by sudo").choices(ACCOUNTS).default("deploy"))
    .addOption(instanceOption())
    .passThroughOptions()
    .action(async (host: string, command: string[], { instance, user }: InstanceOption & { user: Account }) => {
      process.exitCode = await openShell(openLab(instance), host, user, command);
    });
  program
    .command("phone")
    .description("run a command on somebody's phone, which is away from home and on the tailnet")
    .argument("<person>", `who: ${PEOPLE.join(", ")}`)
    .argument("<command...>", "as in: curl http://pi5.tail.lab:3000/")
    .addOption(instanceOption())
    .passThroughOptions()
    .action(async (person: string, command: string[], { instance }: InstanceOption) => {
      process.exitCode = await openPhone(openLab(instance), person, command);
    });
  return program;
}

async function bringUp(instance: Instance, deploy: boolean): Promise<void> {
  const start = performance.now();
  const { changes, warnings } = await up(instance, { deploy });
  console.log("");
  warnings.forEach((warning) => {
    console.log(`Warning: ${warning}`);
  });
  if (deploy) {
    await status(openLab(instance.name));
    console.log(await reportOnTailnet(openLab(instance.name), changes.length > 0));
  }
  const count = changes.length === 1 ? "1 thing was" : `${changes.length} things were`;
  const how = changes.length === 0 ? "Nothing changed" : `${count} created or changed`;
  console.log(`${how}; the lab "${instance.name}" is up (${seconds(start)}), in ${instance.dir}`);
  console.log("  npm run lab -- status | ssh HOST | phone anna curl http://pi5.tail.lab:3000/ | down");
}

/** How often Ctrl-C was pressed: the first lets running steps end cleanly, the second does not. */
let asked = 0;

function explain(error: unknown): never {
  if (error instanceof Interrupted || asked > 0) {
    console.error("\nStopped. The next run continues from here; npm run lab -- down removes everything.");
    process.exit(130);
  }
  if (!(error instanceof LabError)) {
    throw error;
  }
  console.error(`\nFailed: ${error.message}`);
  if (error instanceof StepError) {
    console.error(`Last lines of ${error.log}:\n${error.lastLines.map((line) => `  | ${line}`).join("\n")}`);
  }
  process.exit(1);
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    asked += 1;
    if (asked === 1) {
      console.error("\nStopping (again: at once) …");
    }
    void interrupt(asked === 1 ? "SIGTERM" : "SIGKILL");
  });
}
commands().parseAsync().catch(explain);
