import type { Summary } from "../../model/review/difference.js";
import { useNamedKey } from "../lib/agent.js";
import { declaredHomelab } from "../lib/declaration.js";
import { examples, runCommand, stackCommand } from "../lib/command.js";
import { reasonOf } from "../lib/failures.js";
import { declarationDirectories, projectDirectory } from "../lib/project.js";
import { PulumiStack } from "../lib/pulumi-stack.js";
import { plannedChanges } from "../lib/plan/environment.js";
import { imagesOfPlan, missingImages } from "../lib/registry/missing.js";
import { tightDisks } from "../lib/registry/room.js";
import { probeHosts } from "../../hosts/probe.js";
import { declaredAt, showReview, withFormats } from "../lib/review/command.js";
import type { Format } from "../lib/review/command.js";
import type { ReviewInput } from "../lib/review/review.js";
import { revisionSince } from "../lib/review/revision.js";

interface Options extends Format {
  readonly stack: string;
  readonly base?: string;
  readonly offline: boolean;
}

/** Shows what a deployment would do, and how much attention it needs. */
async function preview({ stack, base, offline, ...format }: Options): Promise<void> {
  const { verdict } = await showReview(() => look(stack, base, offline), format, stack);
  process.exitCode = verdict === "failed" ? 1 : 0;
}

async function look(name: string, base: string | undefined, offline: boolean): Promise<ReviewInput> {
  const directory = projectDirectory();
  const after = declaredHomelab(name, declarationDirectories(directory));
  const revision = base === undefined ? undefined : await revisionSince(directory, base);
  await useNamedKey();
  const stack = new PulumiStack(directory, name);
  const before = revision === undefined ? await deployed(stack) : declaredAt(name, directory, revision);
  const operation = await stack.operate("preview");
  const changes = await plannedChanges(stack, after.hosts, operation.events);
  const wanted = offline ? [] : imagesOfPlan(changes, after.hosts);
  const pulling = after.hosts.filter((host) => wanted.some((it) => it.host === host.name));
  return {
    after,
    revision,
    changes,
    events: operation.events,
    missingImages: await missingImages(wanted),
    tightDisks: await tightDisks(pulling, await probeHosts(pulling)),
    ...(before !== undefined && { before }),
    ...(!operation.ok && { failure: reasonOf(operation, name) }),
  };
}

/** What was deployed last; nothing before the first time. */
const deployed = async (stack: PulumiStack): Promise<Summary> => ((await stack.outputs())["hosts"] ?? {}) as Summary;

void runCommand(
  withFormats(
    stackCommand("preview", "Show what a deployment would do, what could hurt, and who may reach more than before."),
  )
    .option("--base <revision>", "compare with where this branch left that one, instead of with what was deployed last")
    .option("--offline", "do not ask registries whether new images exist and fit", false)
    .addHelpText(
      "after",
      examples(
        ["npm run preview", "what a deployment would do now"],
        ["npm run preview -- --base origin/main --markdown", "the comment of a pull request"],
      ),
    )
    .action(preview),
);
