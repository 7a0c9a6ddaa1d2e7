import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { PulumiStack } from "../lib/pulumi-stack.js";
import { withReviewStack } from "../lib/review-state/stack.js";
import { declaredInputs, withoutSecrets } from "../lib/review-state/state.js";

/**
 * Publishes the state of a stack without its secrets, for previews that must not have the passphrase. Asks the engine
 * what the program makes of the secrets' fingerprints, since only the program knows.
 *
 * @throws UserError if the engine fails
 */
export async function publishReviewState(stack: PulumiStack): Promise<void> {
  const state = await stack.must(["stack", "export", "--show-secrets"]);
  await withReviewStack(stack, { create: true }, async ({ stack: review, salt }) => {
    await review.importState(withoutSecrets(state, salt));
    const plan = join(review.directory, "plan.json");
    await review.must(["preview", "--save-plan", plan, "--show-secrets"]);
    await review.importState(withoutSecrets(state, salt, declaredInputs(await readFile(plan, "utf8"))));
  });
}
