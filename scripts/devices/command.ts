import { confirmed } from "../lib/ask.js";
import { examples, runCommand, stackCommand, UserError } from "../lib/command.js";
import { declaredHomelab } from "../lib/declaration.js";
import { declarationDirectories, projectDirectory } from "../lib/project.js";
import { PulumiStack } from "../lib/pulumi-stack.js";
import { consequence, describeDevices, devicesOf, exitCodeOf, removable, withApi } from "./devices.js";

interface Options {
  readonly stack: string;
  readonly json: boolean;
  readonly yes: boolean;
  readonly remove?: string;
}

async function devices({ stack, json, yes, remove }: Options): Promise<void> {
  const directory = projectDirectory();
  const { hosts, tailnet } = declaredHomelab(stack, declarationDirectories(directory));
  if (tailnet?.access === undefined) {
    throw new UserError(
      `Pulumi.${stack}.yaml says of no tailnet how it is reached -> oauthClient under homelab:tailnet; docs/tailnet.md says where it comes from`,
    );
  }
  const { access } = tailnet;
  const secret = await new PulumiStack(directory, stack).getSecret(access.secret);
  await withApi(access, secret, async (api) => {
    const known = await devicesOf(
      api,
      hosts.map(({ name }) => name),
    );
    if (remove === undefined) {
      console.log(json ? JSON.stringify({ devices: known }, null, 2) : describeDevices(known, stack));
      process.exitCode = exitCodeOf(known);
      return;
    }
    const device = removable(known, remove);
    console.log(consequence(device, stack));
    if (!yes && !(await confirmed(`Remove ${device.name}? [y/N] `))) {
      throw new UserError("Nothing was removed.");
    }
    await api.removeDevice(device.id);
    console.log(`Removed: ${device.name}.`);
  });
}

void runCommand(
  stackCommand("devices", "The tailnet's devices, and which host each is: exit 3 if one has a host's tag and is none.")
    .option("--remove <device>", "remove a device that has the tag of a host")
    .option("--json", "print JSON", false)
    .option("--yes", "do not ask", false)
    .addHelpText(
      "after",
      examples(["npm run devices", "all of them"], ["npm run devices -- --remove pi5-1", "after a question"]),
    )
    .action(devices),
);
