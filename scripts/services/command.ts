import { sectionsOf } from "../../model/outputs/index.js";
import { projectDirectory } from "../lib/project.js";
import { PulumiStack } from "../lib/pulumi-stack.js";
import { runCommand, stackCommand } from "../lib/command.js";
import { sectionsText } from "../lib/sections.js";

void runCommand(
  stackCommand("services", "Show what runs where and who may reach it, as of the last deployment.").action(
    async ({ stack }: { stack: string }) => {
      const sections = sectionsOf(await new PulumiStack(projectDirectory(), stack).outputs());
      console.log(sections.length === 0 ? "Nothing is deployed yet." : sectionsText(sections));
    },
  ),
);
