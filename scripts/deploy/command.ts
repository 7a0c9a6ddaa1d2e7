import { declaredHomelab } from "../lib/declaration.js";
import { deployTo } from "./deployment.js";
import type { DeploymentOptions } from "./deployment.js";
import { readExpected } from "./expected.js";
import { useNamedKey } from "../lib/agent.js";
import { declarationDirectories, projectDirectory } from "../lib/project.js";
import { PulumiStack } from "../lib/pulumi-stack.js";
import { examples, runCommand, stackCommand } from "../lib/command.js";

async function deploy(
  only: readonly string[],
  { stack, expect, ...options }: { stack: string; expect?: string } & DeploymentOptions,
): Promise<void> {
  const directory = projectDirectory();
  const { hosts } = declaredHomelab(stack, declarationDirectories(directory));
  await useNamedKey();
  const expected = expect === undefined ? undefined : readExpected(expect);
  process.exitCode = await deployTo(new PulumiStack(directory, stack), hosts, { ...options, expected, only });
}

const collected = (host: string, former: readonly string[]): string[] => [...former, host];

void runCommand(
  stackCommand("deploy", "Deploy, and say host by host what is done and what is not: exit 3 if something is not.")
    .argument("[hosts...]", "deploy to these alone; default: all")
    .option("--no-copy", "if the state is lost, recreate everything instead of using the copy that a host keeps")
    .option("--recover", "if the state is lost and no copy opens, rebuild it from what runs on the hosts", false)
    .option("--expect <file>", "do nothing, exit 4, if it is more than this preview has shown, as --json prints it")
    .option("--rejoin <host>", "have a host join the tailnet by another key; may be given again", collected, [])
    .option("--offline", "do not ask registries whether new images exist and fit", false)
    .option("--yes", "deploy without showing the changes and asking first", false)
    .addHelpText(
      "after",
      examples(
        ["npm run deploy", "every host, after a question"],
        ["npm run deploy -- pi5", "pi5 alone; what waits on the others is named"],
        ["npm run deploy -- --recover", "every host; the state is lost, and what runs as declared is kept"],
        ["npm run deploy -- --rejoin pi5", "every host; pi5 was logged out of the tailnet, and joins it again"],
      ),
    )
    .action(deploy),
);
