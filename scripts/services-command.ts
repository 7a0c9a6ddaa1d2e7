import type { HostSummary } from "../components/host.js";
import { PROGRAM, PulumiCli } from "./pulumi-cli.js";
import { nameRecords, servicesTable } from "./services.js";
import { runCommand, stackCommand } from "./stack-option.js";

void runCommand(
  stackCommand("services", "Show what runs where, as of the last deployment.").action(
    async ({ stack }: { stack: string }) => {
      const { hosts = {}, names = {} } = await new PulumiCli(PROGRAM, stack).outputs();
      console.log(servicesTable(hosts as Record<string, HostSummary>));
      console.log(nameRecords(names as Record<string, string>));
    },
  ),
);
