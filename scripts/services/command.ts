import type { HostSummary } from "../../model/outputs/summary.js";
import type { DnsRecords } from "../../model/outputs/dns.js";
import { projectDirectory } from "../lib/project.js";
import { PulumiStack } from "../lib/pulumi-stack.js";
import { recordsText, servicesTable } from "./table.js";
import { runCommand, stackCommand } from "../lib/command.js";

void runCommand(
  stackCommand("services", "Show what runs where, as of the last deployment.").action(
    async ({ stack }: { stack: string }) => {
      const { hosts = {}, dns } = await new PulumiStack(projectDirectory(), stack).outputs();
      console.log(servicesTable(hosts as Record<string, HostSummary>));
      if (dns !== undefined) {
        console.log(recordsText(dns as DnsRecords));
      }
    },
  ),
);
