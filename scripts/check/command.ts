import Table from "cli-table3";
import { HomelabError } from "../../model/yaml/problem.js";
import type { HomelabModel } from "../../model/types.js";
import { loadHomelab } from "../../model/load.js";
import { memoryLimit } from "../../model/services/admission.js";
import { dnsRecords } from "../../model/outputs/dns.js";
import { declarationDirectories } from "../lib/project.js";
import { recordsText } from "../services/table.js";
import { runCommand, stackCommand } from "../lib/command.js";

interface Options {
  readonly stack: string;
  readonly json: boolean;
}

const MIB = 2 ** 20;
const STYLE = { head: [], border: [] };

/** Checks the declaration without an engine, a host or a passphrase, and shows what it means. */
function check({ stack, json }: Options): void {
  try {
    const homelab = loadHomelab(stack, declarationDirectories());
    console.log(json ? JSON.stringify(facts(homelab), null, 2) : tables(homelab));
  } catch (error) {
    if (json && error instanceof HomelabError) {
      console.log(JSON.stringify({ problems: error.problems }, null, 2));
      process.exitCode = 1;
      return;
    }
    throw error;
  }
}

/** What runs where and who may reach it, as data. */
function facts({ hosts, names }: HomelabModel): object {
  return {
    problems: [],
    names,
    hosts: hosts.map((host) => ({
      name: host.name,
      address: host.address,
      role: host.role ?? null,
      memory: host.memory ?? null,
      services: host.services.map((service) => ({
        name: service.name,
        image: service.definition.image,
        memoryLimit: memoryLimit(service),
        urls: service.urls,
        ports: service.ports.map(({ published, target, protocol, audience }) => ({
          published,
          target,
          protocol,
          audience,
        })),
      })),
    })),
  };
}

function tables(homelab: HomelabModel): string {
  return [
    "What runs where",
    whatRunsWhere(homelab),
    "Who may reach what",
    whoMayReach(homelab),
    "Memory",
    memory(homelab),
    "Names on the LAN: your resolver has to know them",
    recordsText(dnsRecords(homelab.names)),
  ].join("\n");
}

function whatRunsWhere({ hosts }: HomelabModel): string {
  const table = new Table({ head: ["host", "role", "service", "image", "open"], style: STYLE });
  for (const { name, address, role, services } of hosts) {
    services.forEach(({ name: service, definition, urls }, i) => {
      const host = i === 0 ? [`${name}\n${address}`, role ?? ""] : ["", ""];
      table.push([...host, service, definition.image, urls.join("\n")]);
    });
  }
  return table.toString();
}

function whoMayReach({ hosts }: HomelabModel): string {
  const table = new Table({ head: ["host", "port", "service", "audience"], style: STYLE });
  for (const { name, services } of hosts) {
    for (const service of services) {
      for (const { published, protocol, audience } of service.ports) {
        table.push([name, `${published ?? "chosen by Docker"}/${protocol}`, service.name, audience.join(", ")]);
      }
    }
  }
  return table.toString();
}

function memory({ hosts }: HomelabModel): string {
  const table = new Table({ head: ["host", "has", "limits add up to", "services without a limit"], style: STYLE });
  for (const host of hosts) {
    const limits = host.services.reduce((sum, service) => sum + memoryLimit(service), 0);
    const unlimited = host.services.filter((service) => memoryLimit(service) === 0).map(({ name }) => name);
    const has = host.memory === undefined ? "not said" : inMib(host.memory);
    table.push([host.name, has, inMib(limits), unlimited.join(", ")]);
  }
  return table.toString();
}

const inMib = (bytes: number): string => `${Math.round(bytes / MIB)} MiB`;

void runCommand(
  stackCommand("check", "Check the declaration: every mistake, then what runs where and who may reach it.")
    .option("--json", "the same as data", false)
    .action(check),
);
