import { declaredParts } from "../lib/declaration.js";
import { examples, runCommand, stackCommand } from "../lib/command.js";
import { describeAges, exitCodeOf, imageAges } from "./outdated.js";

interface Options {
  readonly stack: string;
  readonly json: boolean;
}

async function outdated({ stack, json }: Options): Promise<void> {
  const { services } = declaredParts(stack);
  const ages = await imageAges(services);
  console.log(json ? JSON.stringify({ images: ages }, null, 2) : describeAges(ages));
  process.exitCode = exitCodeOf(ages);
}

void runCommand(
  stackCommand(
    "outdated",
    "Ask the registries for newer images: exit 2 if there are any, 3 if a registry could not be asked.",
  )
    .option("--json", "print JSON", false)
    .addHelpText("after", examples(["npm run outdated", "then npm run update -- SERVICE"]))
    .action(outdated),
);
