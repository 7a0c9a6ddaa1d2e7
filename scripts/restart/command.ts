import { examples, runCommand, stackCommand, UserError } from "../lib/command.js";
import { declaredService, placeOf } from "../lib/find-service.js";
import { runAttached } from "../lib/on-host.js";
import { logCommand } from "../logs/logs.js";
import { stateText } from "../status/status.js";
import { restart } from "./restart.js";

/** Of the log, where a service does not come up. */
const LINES = 20;

async function restartService(written: string, { stack }: { stack: string }): Promise<void> {
  const placed = declaredService(stack, written);
  const place = placeOf(placed);
  const status = await restart(placed, stack);
  if (!status.well) {
    await runAttached({ host: placed.host, stack }, logCommand(placed.service.name, { lines: LINES }));
    throw new UserError(`${place} was restarted and is ${stateText(status)}. Its last log lines are above.`);
  }
  console.log(`${place} was restarted: ${stateText(status)}`);
}

void runCommand(
  stackCommand("restart", "Restart a service and wait until it works; else show its last log lines, and exit 1.")
    .argument("<service>", "its name, or HOST/SERVICE where several hosts have it")
    .addHelpText("after", examples(["npm run restart -- jellyfin", "on whichever host it runs"]))
    .action(restartService),
);
