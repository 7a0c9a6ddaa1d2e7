import { declarationDirectories, projectDirectory } from "../lib/project.js";
import { PulumiStack } from "../lib/pulumi-stack.js";
import { describeSecrets, makeMissingSecrets } from "./secrets.js";
import { runCommand, stackCommand } from "../lib/command.js";

/** Exit code when the owner still has to supply some. */
const INCOMPLETE = 2;

void runCommand(
  stackCommand("secrets", "Make every random secret that is missing; say which ones only you can supply.").action(
    async ({ stack }: { stack: string }) => {
      const project = projectDirectory();
      const report = await makeMissingSecrets(new PulumiStack(project, stack), declarationDirectories(project));
      console.log(describeSecrets(stack, report));
      process.exitCode = report.missing.length > 0 ? INCOMPLETE : 0;
    },
  ),
);
