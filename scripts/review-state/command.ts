import { useNamedKey } from "../lib/agent.js";
import { examples, runCommand, stackCommand } from "../lib/command.js";
import { projectDirectory } from "../lib/project.js";
import { PulumiStack } from "../lib/pulumi-stack.js";
import { publishReviewState } from "./publish.js";

/** Publishes the state without secrets, after a deployment. */
async function reviewState({ stack }: { stack: string }): Promise<void> {
  await useNamedKey();
  await publishReviewState(new PulumiStack(projectDirectory(), stack));
  console.log("Published: npm run preview -- --without-secrets needs no passphrase now.");
}

void runCommand(
  stackCommand("review-state", "Publish the state without its secrets, for previews that must not have the passphrase.")
    .addHelpText("after", examples(["npm run review-state", "after a deployment, in CI"]))
    .action(reviewState),
);
