import type { HostSummary } from "../components/host.js";
import type { DnsRecords } from "../model/routes.js";
import { PROGRAM, PulumiCli } from "./pulumi-cli.js";
import { recordsText, servicesTable } from "./services.js";
import { runCommand, stackCommand } from "./stack-option.js";

void runCommand(
  stackCommand("services", "Show what runs where, as of the last deployment.").action(
    async ({ stack }: { stack: string }) => {
      const { hosts = {}, dns } = await new PulumiCli(PROGRAM, stack).outputs();
      console.log(servicesTable(hosts as Record<string, HostSummary>));
      if (dns !== undefined) {
        console.log(recordsText(dns as DnsRecords));
      }
    },
  ),
);
