import { setTimeout as pause } from "node:timers/promises";
import { InvalidArgumentError } from "commander";
import { probeHosts } from "../../hosts/probe.js";
import { runOn } from "../../hosts/ssh.js";
import { worldOf } from "../../model/config/world.js";
import { declaredHomelab, declaredParts } from "../lib/declaration.js";
import { examples, runCommand, stackCommand } from "../lib/command.js";
import { describeHealth, exitCodeOf, healthOf } from "./health.js";

interface Options {
  readonly stack: string;
  readonly all: boolean;
  readonly json: boolean;
  /** Seconds between two looks; undefined for one look. */
  readonly watch: number | undefined;
}

const WATCH_SECONDS = 30;

/** Looks at everything that is declared, once or again and again. */
async function health({ stack, all, json, watch }: Options): Promise<void> {
  for (;;) {
    const { hosts } = declaredHomelab(stack);
    const world = worldOf(declaredParts(stack).config);
    const found = await healthOf(hosts, { stack, world, observations: await probeHosts(hosts), run: runOn });
    console.log(
      json ? JSON.stringify({ hosts: found }, null, watch === undefined ? 2 : 0) : describeHealth(found, all),
    );
    process.exitCode = exitCodeOf(found);
    if (watch === undefined) {
      return;
    }
    await pause(watch * 1000);
  }
}

function seconds(value: string): number {
  if (!/^[1-9]\d*$/.test(value)) {
    throw new InvalidArgumentError("It must be a number of seconds.");
  }
  return Number(value);
}

void runCommand(
  stackCommand(
    "health",
    "Look at services, ports, routes with their certificates, shares, disks, memory and heat: exit 2 if something is not well.",
  )
    .option("--all", "show what is well too", false)
    .option("--json", "print JSON", false)
    .option("--watch [seconds]", "look again and again", (value: string) => seconds(value))
    .addHelpText(
      "after",
      examples(
        ["npm run health", "what is not well"],
        ["npm run health -- --all --watch 10", "everything, every 10 seconds"],
      ),
    )
    .action(({ watch, ...options }: Omit<Options, "watch"> & { watch?: number | true }) =>
      health({ ...options, watch: watch === true ? WATCH_SECONDS : watch }),
    ),
);
