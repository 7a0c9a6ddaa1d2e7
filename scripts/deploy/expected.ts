import { readFileSync } from "node:fs";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { z } from "zod";
import { commandLine } from "../../model/command-line.js";
import { UserError } from "../lib/command.js";
import { reasonOf } from "../lib/failures.js";
import { beyond, stepsOf, stepsSchema } from "../lib/plan/steps.js";
import type { Steps } from "../lib/plan/steps.js";
import type { Scope } from "./chosen.js";

// Between a pull request's preview and the deployment of its merge, main or a host may have changed. What a person has agreed
// to is then less than what would be done.

const file = z.object({ steps: stepsSchema });

/**
 * What a preview has shown.
 *
 * @param path a file with what `npm run preview -- --json` or `npm run approved` has printed
 * @returns undefined if the file is empty: then nobody was shown anything
 * @throws UserError if it has no plan
 */
export function readExpected(path: string): Steps | undefined {
  try {
    const text = readFileSync(path, "utf8");
    return text.trim() === "" ? undefined : file.parse(JSON.parse(text)).steps;
  } catch {
    throw new UserError(`${path} has no plan: write what npm run preview -- --json prints to it`);
  }
}

/**
 * Compares what a deployment would do with what a preview has shown. Says what it would do besides.
 *
 * @returns expected: it is the same or less; failed: nobody knows
 */
export async function compareWith(
  expected: Steps,
  { stack, exclude, replace = [] }: Scope,
  onEvent: (event: EngineEvent) => void,
): Promise<"expected" | "unexpected" | "failed"> {
  console.log("Comparing with what the preview has shown …");
  const operation = await stack.operate("preview", { exclude: [...exclude], replace: [...replace], onEvent });
  if (!operation.ok) {
    console.log(`${reasonOf(operation, stack.name)}\nNothing was deployed.`);
    return "failed";
  }
  const more = beyond(expected, stepsOf(operation.events)).map((line) => `  ${line}`);
  if (more.length > 0) {
    console.log(
      `This would do more than the preview has shown:\n${more.join("\n")}\nNothing was deployed.\n-> if it is right: ${commandLine("deploy", stack.name)}`,
    );
  }
  return more.length === 0 ? "expected" : "unexpected";
}
