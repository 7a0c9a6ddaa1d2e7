import { existsSync, readFileSync } from "node:fs";
import { examples, runCommand, stackCommand } from "../lib/command.js";
import { forgeOf, pullRequestOf, writeComment } from "../lib/forge.js";
import { marker } from "../lib/review/markdown.js";
import { MARKS } from "../lib/review/parts.js";

/** Writes a preview as the comment of the pull request that this workflow runs for, also one that came to nothing. */
async function comment(file: string, { stack }: { stack: string }): Promise<void> {
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const failed = `${marker(stack)}\n\n## ${MARKS.failed} failed: the preview ended without a result, see the log of its run\n`;
  await writeComment(
    forgeOf(process.env),
    pullRequestOf(process.env),
    marker(stack),
    text.startsWith(marker(stack)) ? text : failed,
  );
}

void runCommand(
  stackCommand("comment", "Write a preview as the one comment of a pull request, in a workflow of GitHub or Gitea.")
    .argument("<file>", "what npm run preview -- --markdown has printed")
    .addHelpText(
      "after",
      examples(["npm run comment -- preview.md", "write the comment, or change the one that is there"]),
    )
    .action(comment),
);
