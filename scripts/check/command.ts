import { HomelabError } from "../../model/yaml/problem.js";
import { declaredHomelab } from "../lib/declaration.js";
import { outputsOf, sectionsOf } from "../../model/outputs/index.js";
import { projectDirectory } from "../lib/project.js";
import { sectionsText } from "../lib/sections.js";
import { runCommand, stackCommand } from "../lib/command.js";
import { refuseRenames } from "./renames.js";

interface Options {
  readonly stack: string;
  readonly json: boolean;
}

/** Checks the declaration without an engine, a host or a passphrase, and shows what it means. */
function check({ stack, json }: Options): void {
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

void runCommand(
  stackCommand("check", "Check the declaration: every mistake, then what runs where and who may reach it.")
    .option("--json", "print JSON", false)
    .action(check),
);
