import { commandLine } from "../../model/command-line.js";
import { SERVICE_LABEL } from "../../model/labels.js";
import { nameInUrn, TAILNET_NAMES } from "../../model/resource-names.js";
import { confirmed } from "../lib/ask.js";
import { describeHost, hostInState } from "./state.js";
import { projectDirectory } from "../lib/project.js";
import { PulumiStack } from "../lib/pulumi-stack.js";
import { runCommand, stackCommand, UserError } from "../lib/command.js";
import { StackFile } from "../lib/stack-file.js";

interface Options {
  readonly stack: string;
  readonly yes: boolean;
}

/** Takes a host that is dead for good out of the state. Nothing is done on the host. */
async function forget(host: string, { stack: name, yes }: Options): Promise<void> {
  const directory = projectDirectory();
  const file = StackFile.find(directory, name);
  const stack = new PulumiStack(directory, name);
  const resources = await stack.resources();
  const found = hostInState(resources, host);
  const count = `${found.resources.length} resources`;
  console.log(`The state would forget ${host}, ${count}, among them:\n${describeHost(found).join("\n")}`);
  console.log(
    "Nothing is done on the host: if it ever runs again, all of that still runs there, unmanaged. Before it is declared " +
      `again, remove the containers there:\n  docker ps -aq --filter label=${SERVICE_LABEL} | xargs -r docker rm -f`,
  );
  if (!yes && !(await confirmed(`Forget ${host}? [y/N] `))) {
    throw new UserError("Nothing was forgotten.");
  }
  await stack.forget(found.urn);
  console.log(`Forgotten: ${host}, ${count}.`);
  console.log(whatIsLeft(host, `Pulumi.${name}.yaml`, file));
  if (resources.some(({ urn }) => nameInUrn(urn) === TAILNET_NAMES.key(host))) {
    console.log(`It may still be a device of the tailnet -> ${commandLine("devices", name, "--remove", host)}`);
  }
}

/** As long as the host is declared, the next deployment wants to make all of it again. */
function whatIsLeft(host: string, name: string, file: StackFile | undefined): string {
  const line = file?.lineOf(host);
  return line === undefined
    ? `${name} does not name it: nothing is left to do.`
    : `Remove it from ${name} too, line ${line} under homelab:hosts, or the next deployment creates it again.`;
}

void runCommand(
  stackCommand("forget", "Take a host that is dead for good out of the state; nothing is done on the host.")
    .argument("<host>", "name of the host")
    .option("--yes", "do not ask", false)
    .action(forget),
);
