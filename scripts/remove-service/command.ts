import { readFrom } from "../../model/load.js";
import { examples, runCommand, stackCommand } from "../lib/command.js";
import { declarationDirectories, projectDirectory } from "../lib/project.js";
import { StackFile } from "../lib/stack-file.js";
import { describeRemoval } from "./describe.js";
import { removeService } from "./removal.js";

/** Takes a service out of the configuration. Nothing is done on its host. */
async function remove(service: string, host: string | undefined, { stack }: { stack: string }): Promise<void> {
  const directory = projectDirectory();
  const file = StackFile.read(directory, stack);
  const removal = removeService({ stack, file, read: readFrom(declarationDirectories(directory)) }, service, host);
  await file.save();
  console.log(describeRemoval(removal, stack));
}

void runCommand(
  stackCommand("remove-service", "Remove a service from the configuration, and say what stays; then deploy.")
    .argument("<service>", "its name, or HOST/SERVICE where several hosts have it")
    .argument("[host]", "name of its host, where several have it")
    .addHelpText(
      "after",
      examples(
        ["npm run remove-service -- wiki", "with all that its Compose file declares"],
        ["npm run remove-service -- wiki pi5", "from this host, where others have it as well"],
      ),
    )
    .action(remove),
);
