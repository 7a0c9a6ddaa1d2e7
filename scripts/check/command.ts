import { HomelabError } from "../../model/yaml/problem.js";
import { declaredHomelab } from "../lib/declaration.js";
import { outputsOf, sectionsOf } from "../../model/outputs/index.js";
import { declarationDirectories, projectDirectory } from "../lib/project.js";
import { declaredAt, showReview } from "../lib/review/command.js";
import { revisionSince } from "../lib/review/revision.js";
import type { ReviewInput } from "../lib/review/review.js";
import { sectionsText } from "../lib/sections.js";
import { examples, runCommand, stackCommand } from "../lib/command.js";
import { refuseRenames } from "./renames.js";

interface Options {
  readonly stack: string;
  readonly json: boolean;
  readonly markdown: boolean;
  readonly base?: string;
}

/** Checks the declaration without an engine, a host or a passphrase, and shows what it means. */
async function check({ stack, json, markdown, base }: Options): Promise<void> {
  if (base !== undefined) {
    const { verdict } = await showReview(() => look(stack, base), { markdown, json }, stack);
    process.exitCode = verdict === "failed" ? 1 : 0;
    return;
  }
  try {
    const homelab = declaredHomelab(stack);
    refuseRenames(projectDirectory(), stack, homelab);
    const outputs = outputsOf(homelab);
    console.log(json ? JSON.stringify({ problems: [], ...outputs }, null, 2) : sectionsText(sectionsOf(outputs)));
  } catch (error) {
    if (json && error instanceof HomelabError) {
      console.log(JSON.stringify({ problems: error.problems }, null, 2));
      process.exitCode = 1;
      return;
    }
    throw error;
  }
}

/** Only what is declared is looked at, there and here, so that nobody who proposes a change needs to be trusted. */
async function look(stack: string, base: string): Promise<ReviewInput> {
  const directory = projectDirectory();
  const after = declaredHomelab(stack, declarationDirectories(directory));
  const revision = await revisionSince(directory, base);
  const before = declaredAt(stack, directory, revision);
  return { after, revision, ...(before !== undefined && { before }) };
}

void runCommand(
  stackCommand("check", "Check the declaration: every mistake, then what runs where and who may reach it.")
    .option("--base <revision>", "show what is different from where this branch left that one")
    .option("--markdown", "with --base: the comment of a pull request", false)
    .option("--json", "the same as data", false)
    .addHelpText(
      "after",
      examples(
        ["npm run check", "before a deployment"],
        ["npm run check -- --base main", "who may reach more than on main, and what else is different"],
      ),
    )
    .action(check),
);
