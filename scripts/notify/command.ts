import { Option } from "commander";
import { examples, runCommand, stackCommand, UserError } from "../lib/command.js";
import { describeDeliveries, notifierOf, reported, runPage } from "../lib/notify/notifier.js";

interface Options {
  readonly stack: string;
  readonly test: boolean;
  readonly deploymentFailed: boolean;
}

async function notify({ stack, test, deploymentFailed }: Options): Promise<void> {
  if (test) {
    await tryTargets(stack);
  } else if (deploymentFailed) {
    await tellOfFailure(stack);
  } else {
    throw new UserError("Nothing was sent: say what to send.\n-> npm run notify -- --test");
  }
}

/** Sends a message to every target, and a ping. */
async function tryTargets(stack: string): Promise<void> {
  const { tell, ping } = notifierOf(stack);
  const title = `Test message of ${stack}`;
  const text = "You would be told here of drift and of failed deployments.";
  const [told, pinged] = await Promise.all([
    tell({ event: "test", stack, title, text, ...runPage(process.env) }),
    ping("success"),
  ]);
  const deliveries = [...told, ...pinged];
  if (deliveries.length === 0) {
    throw new UserError(
      `Pulumi.${stack}.yaml has no target under homelab:notify.\n-> add one, as docs/gitops.md shows under "Notifications"`,
    );
  }
  console.log(describeDeliveries(deliveries));
  process.exitCode = deliveries.every(({ failure }) => failure === undefined) ? 0 : 1;
}

/** Says that the workflow's deployment failed; a target that cannot be reached does not make the workflow fail. */
async function tellOfFailure(stack: string): Promise<void> {
  const commit = process.env["GITHUB_SHA"];
  reported(
    await notifierOf(stack).tell({
      event: "deployment-failed",
      stack,
      title: `The deployment of ${stack} failed`,
      text: `${commit === undefined ? "It" : `That of commit ${commit.slice(0, 12)}`} did not do all that is declared.`,
      ...runPage(process.env),
    }),
  );
}

void runCommand(
  stackCommand("notify", "Send a message to every target of homelab:notify.")
    .addOption(
      new Option("--test", "a test message, and a ping; exit 1 if one does not arrive")
        .default(false)
        .conflicts("deploymentFailed"),
    )
    .option("--deployment-failed", "in a workflow: say that the deployment failed", false)
    .addHelpText("after", examples(["npm run notify -- --test", "see whether every target works"]))
    .action(notify),
);
