import type { HostModel, ServiceModel } from "../../model/types.js";
import { declaredHomelab } from "../lib/declaration.js";
import { Adoption, keptMounts, targetsOf } from "./adoption.js";
import type { Former } from "./adoption.js";
import { useNamedKey } from "../lib/agent.js";
import { serviceOn } from "../lib/find-service.js";
import { declarationDirectories, projectDirectory } from "../lib/project.js";
import { PulumiStack } from "../lib/pulumi-stack.js";
import { runCommand, stackCommand, UserError } from "../lib/command.js";
import { terminalColor, toTerminal } from "../lib/terminal.js";

/** Lets a declared service take the place of a container that somebody made before, or leaves everything as it was. */
async function adopt(hostName: string, serviceName: string, { stack }: { stack: string }): Promise<void> {
  const directory = projectDirectory();
  const { host, service } = serviceOn(
    declaredHomelab(stack, declarationDirectories(directory)).hosts,
    hostName,
    serviceName,
  );
  await useNamedKey();
  const adoption = new Adoption(host, service);
  const former = await adoption.former();
  // Ctrl-C lets the engine come to its end; then everything is put back.
  process.on("SIGINT", () => undefined);
  console.log(`${service.name} on ${host.name} is stopped and kept as ${adoption.aside} until the new one works.`);
  try {
    await adoption.setAside(former);
    await deploy(new PulumiStack(directory, stack), host, service);
  } catch (error) {
    await giveBack(adoption, former);
    throw error;
  }
  await adoption.removeFormer(former);
  const kept = keptMounts(former, service);
  console.log(
    [`${service.name} on ${host.name} belongs to this program now; the former container is removed.`, ...kept].join(
      "\n",
    ),
  );
}

/** The provider waits until the container runs and, if it has a health check, is healthy. */
async function deploy(stack: PulumiStack, host: HostModel, service: ServiceModel): Promise<void> {
  const options = { target: targetsOf(host, service), color: terminalColor() };
  const { ok } = await stack.operate("up", options, toTerminal);
  if (!ok) {
    throw new UserError(`${service.name} did not start on ${host.name}: the former container is back.`);
  }
}

async function giveBack(adoption: Adoption, former: Former): Promise<void> {
  try {
    await adoption.giveBack(former);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    console.error(`The former container could not be restored (${why}); it is there as ${adoption.aside}.`);
  }
}

void runCommand(
  stackCommand("adopt", "Replace a container that was made by hand with a declared service; its data is kept.")
    .argument("<host>", "name of the host")
    .argument("<service>", "name of the service")
    .action(adopt),
);
