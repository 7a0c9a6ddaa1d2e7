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
import { withReviewStack } from "../lib/review-state/stack.js";
import { revisionSince } from "../lib/review/revision.js";

interface Options extends Format {
  readonly stack: string;
  readonly base?: string;
  readonly offline: boolean;
  readonly withoutSecrets: boolean;
}

/** Shows what a deployment would do, and how much attention it needs. */
async function preview({ stack: name, markdown, json, withoutSecrets, ...options }: Options): Promise<void> {
  const own = new PulumiStack(projectDirectory(), name);
  const look = (): Promise<ReviewInput> =>
    withoutSecrets
      ? withReviewStack(own, { create: false }, ({ stack }) => previewOf(stack, own.directory, options))
      : previewOf(own, own.directory, options);
  const { verdict } = await showReview(look, { markdown, json }, name);
  process.exitCode = verdict === "failed" ? 1 : 0;
}

async function previewOf(
  stack: PulumiStack,
  directory: string,
  { base, offline }: Pick<Options, "base" | "offline">,
): Promise<ReviewInput> {
  const { name } = stack;
  const after = declaredHomelab(name, declarationDirectories(directory));
  const revision = base === undefined ? undefined : await revisionSince(directory, base);
  await useNamedKey();
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
    .option("--without-secrets", "do without the passphrase, by what npm run review-state has published", false)
    .addHelpText(
      "after",
      examples(
        ["npm run preview", "what a deployment would do now"],
        ["npm run preview -- --base origin/main --markdown", "the comment of a pull request"],
      ),
    )
    .action(preview),
);
