import { examples, runCommand, stackCommand, UserError } from "../lib/command.js";
import { commentOf, forgeOf, mergeOf } from "../lib/forge.js";
import { marker, planIn } from "../lib/review/markdown.js";

/** Who runs the workflow by hand has seen that it will do more. */
const BY_HAND = "workflow_dispatch";

/** Prints the plan that the comment of the merged pull request has; nothing where anything may be done. */
async function approved({ stack }: { stack: string }): Promise<void> {
  const { GITHUB_SHA: commit, GITHUB_EVENT_NAME: event } = process.env;
  if (event === BY_HAND) {
    return;
  }
  const forge = forgeOf(process.env);
  if (commit === undefined || commit === "") {
    throw new UserError("GITHUB_SHA is not set.\n-> run this in a workflow of GitHub or Gitea");
  }
  const pullRequest = await mergeOf(forge, commit);
  if (pullRequest === undefined) {
    return;
  }
  const comment = await commentOf(forge, pullRequest, marker(stack));
  const steps = comment === undefined ? undefined : planIn(comment, stack);
  if (steps === undefined) {
    throw new UserError(
      `Pull request ${pullRequest} has no preview that came to a plan.\n-> look at it, then run this workflow by hand`,
    );
  }
  console.log(JSON.stringify({ pullRequest, steps }));
}

void runCommand(
  stackCommand("approved", "Print the plan that a merged pull request has shown, for npm run deploy -- --expect.")
    .addHelpText(
      "after",
      examples([
        "npm run approved >plan.json",
        "an empty file for a run by hand, and for a commit without a pull request",
      ]),
    )
    .action(approved),
);
