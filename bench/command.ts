import { Command, InvalidArgumentError } from "commander";
import { openLab } from "../lab/lab.js";
import { runCommand } from "../scripts/lib/command.js";
import { benchDeployment } from "./deployment.js";
import { circumstances } from "./measure.js";
import { benchPeers } from "./peers/peers.js";
import { benchScale } from "./scale.js";

const RUNS = 5;

function count(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) {
    throw new InvalidArgumentError("It is not a number from 1 on.");
  }
  return Number(text);
}

const command = new Command("bench")
  .description('How fast it is, on the lab "lab" after `npm run lab`. Prints tables for docs/benchmarks.md.')
  .option("--runs <number>", "how often each command runs", count, RUNS);

command.action(async ({ runs }: { runs: number }) => {
  console.log(`${circumstances()}\n\n${await benchDeployment(openLab("lab"), runs)}`);
});
command
  .command("peers")
  .description("The same work done by Ansible and pyinfra, in turn with this program.")
  .action(async () => {
    console.log(`${circumstances()}\n\n${await benchPeers(openLab("lab"), command.opts<{ runs: number }>().runs)}`);
  });
command
  .command("scale <hosts...>")
  .description('What each further host costs: that many agents, on the lab "scale" that is made for it.')
  .action(async (hosts: string[]) => {
    console.log(`${circumstances()}\n\n${await benchScale(hosts.map(count), command.opts<{ runs: number }>().runs)}`);
  });

void runCommand(command);
