import { readFrom } from "../../model/load.js";
import { deployTo } from "../deploy/deployment.js";
import { useNamedKey } from "../lib/agent.js";
import { confirmed } from "../lib/ask.js";
import { commandLine } from "../../model/command-line.js";
import { examples, runCommand, stackCommand, UserError } from "../lib/command.js";
import { declarationDirectories, projectDirectory } from "../lib/project.js";
import { PulumiStack } from "../lib/pulumi-stack.js";
import { StackFile } from "../lib/stack-file.js";
import { assertUnlocked } from "../unlock/unlock.js";
import { copyData, retainVolumes, stageOf } from "./move.js";
import type { Ends } from "./move.js";
import { oldCopies, removeOldCopies } from "./old-copy.js";
import { moveCommand, planMove } from "./plan.js";
import type { Move } from "./plan.js";

interface Options {
  readonly stack: string;
  readonly leaveFolders: boolean;
  readonly removeOldCopy: boolean;
  readonly yes: boolean;
}

/** Moves the services of a Compose file to another host, with their data. */
async function moveService(service: string, from: string, to: string, options: Options): Promise<void> {
  const directory = projectDirectory();
  const file = StackFile.read(directory, options.stack);
  const read = readFrom(declarationDirectories(directory));
  const move = planMove({ service, from, to }, options.stack, file, read, options.leaveFolders);
  await useNamedKey();
  const ends: Ends = {
    from: { host: move.from, stack: options.stack },
    to: { host: move.to, stack: options.stack },
  };
  const stage = await stageOf(move, ends);
  if (options.removeOldCopy) {
    await forgetOldCopy(move, ends, options, file.changed || stage !== "moved");
    return;
  }
  if (stage === "moved") {
    console.log([`${service} is on ${to} already.`, ...(await keptThere(move, ends, options.stack))].join("\n"));
    return;
  }
  console.log(describe(move));
  if (!options.yes && !(await confirmed("Move it? [y/N] "))) {
    throw new UserError("Nothing was done.");
  }
  const stack = new PulumiStack(directory, options.stack);
  await assertUnlocked(stack);
  await carryOut(move, ends, stack, file);
  process.exitCode = await deployTo(stack, move.homelab.hosts, { copy: true, yes: true });
  console.log((await keptThere(move, ends, options.stack)).join("\n"));
}

/** All that comes before the deployment. Broken off, it says what is done and how to go on or back. */
async function carryOut(move: Move, ends: Ends, stack: PulumiStack, file: StackFile): Promise<void> {
  const { wish } = move;
  const goOn = (): string =>
    `Broken off. ${wish.service} is declared on ${file.hasService(wish.to, move.file) && saved ? wish.to : wish.from}; its data on ${wish.from} are untouched.\n` +
    `To go on: ${moveCommand(wish, stack.name)}\nTo leave it where it was: ${commandLine("deploy", stack.name)}`;
  let saved = !file.changed;
  const stop = (): void => {
    console.log(goOn());
    process.exit(130);
  };
  process.once("SIGINT", stop);
  try {
    await retainVolumes(move, stack);
    await copyData(move, ends, (line) => {
      console.log(line);
    });
    await file.save();
    saved = true;
    console.log(`${file.name}: ${move.file} is under ${wish.to}`);
  } catch (error) {
    throw error instanceof UserError ? new UserError(`${error.message}\n${goOn()}`) : error;
  } finally {
    process.off("SIGINT", stop);
  }
}

/** What is kept on the host that the services left, and what removes it. */
async function keptThere(move: Move, { from }: Ends, stack: string): Promise<string[]> {
  const kept = await oldCopies(move, from);
  return kept.length === 0
    ? []
    : [
        `Kept on ${move.wish.from}: ${kept.join(", ")}. Once all is well: ${moveCommand(move.wish, stack, "--remove-old-copy")}`,
      ];
}

async function forgetOldCopy(move: Move, ends: Ends, { yes }: Options, early: boolean): Promise<void> {
  const { service, from, to } = move.wish;
  if (early) {
    throw new UserError(`${service} is not on ${to} yet: its data on ${from} are the only ones.`);
  }
  const kept = await oldCopies(move, ends.from);
  if (kept.length === 0) {
    console.log(`${from} has no old copy of ${service}.`);
    return;
  }
  if (!yes && !(await confirmed(`Remove ${kept.join(", ")} on ${from} with all data? [y/N] `))) {
    throw new UserError("Nothing was removed.");
  }
  await removeOldCopies(kept, move, ends);
  console.log(`Removed on ${from}: ${kept.join(", ")}.`);
}

/** What will happen, before anything does. */
function describe({ wish: { from, to }, file, services, volumes, left }: Move): string {
  const data = volumes.length === 0 ? "nothing" : volumes.map(({ name }) => name).join(", ");
  return [
    `${services.map(({ name }) => name).join(", ")} (${file}) from ${from} to ${to}:`,
    `  stopped on ${from}, then copied and compared: ${data}; then everything is deployed`,
    `  the data on ${from} stay until you remove them`,
    ...left.map((it) => `  not copied: ${it}`),
  ].join("\n");
}

void runCommand(
  stackCommand("move", "Move a service to another host with its data, and all others of its Compose file.")
    .argument("<service>", "name of the service")
    .argument("<from>", "host that it leaves")
    .argument("<to>", "host that it goes to")
    .option("--leave-folders", "do not copy the host's folders that it mounts: you have copied them", false)
    .option("--remove-old-copy", "remove the data that stayed on the host that it left", false)
    .option("--yes", "do not ask", false)
    .addHelpText(
      "after",
      examples(
        ["npm run move -- wiki pi5 jellyfin", "stop, copy, compare, deploy"],
        ["npm run move -- wiki pi5 jellyfin --remove-old-copy", "once all is well"],
      ),
    )
    .action(moveService),
);
