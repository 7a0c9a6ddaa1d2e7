import { setTimeout as pause } from "node:timers/promises";
import { forgeOf, isInIssue, keepIssue } from "../lib/forge.js";
import type { IssueChange } from "../lib/forge.js";
import { reported, runPage } from "../lib/notify/notifier.js";
import type { Notifier } from "../lib/notify/notifier.js";
import { describe, digestOf, exitCodeOf, linesOf } from "./look.js";
import type { HostDrift } from "./look.js";

type Env = Readonly<Record<string, string | undefined>>;
type Look = () => Promise<readonly HostDrift[]>;

/** A deployment that is under way changes what is seen; so does a host that restarts for its updates. */
const MINUTES_BETWEEN_LOOKS = 5;
const MOST_LOOKS = 5;

/**
 * A look of each night: keeps the one issue, tells the owner what is new, and in the end the dead man's switch.
 *
 * @param look what is seen of the hosts
 * @param wait until the next look, where something differs that is not in the issue
 * @throws whatever the look or the forge fails with, after that was told
 */
export async function nightly(
  stack: string,
  { tell, ping }: Notifier,
  look: Look,
  env: Env = process.env,
  wait: () => Promise<void> = betweenLooks,
): Promise<void> {
  try {
    const [forge, marker] = [forgeOf(env), `<!-- homelab-drift: ${stack} -->`];
    const seen = await settled(look, (digest) => isInIssue(forge, marker, { digest }), wait);
    const change = await keepIssue(forge, marker, `Drift in ${stack}`, newsOf(seen));
    console.log(`issue: ${change}`);
    const message = messageOf(change, stack, seen);
    const told = message === undefined || reported(await tell({ stack, ...message, ...runPage(env) }));
    // What could not be told is not told again tomorrow: then at least the switch raises the alarm.
    reported(await ping(told ? "success" : "failure"));
  } catch (error) {
    const text = "What differs on the hosts is unknown. The log of the run says why.";
    reported(await tell({ event: "drift-failed", stack, title: `The look at ${stack} failed`, text, ...runPage(env) }));
    reported(await ping("failure"));
    throw error;
  }
}

/** What is seen of the hosts once it is known, or does not change from one look to the next, or after the last of the looks. */
async function settled(
  look: Look,
  isKnown: (digest: string) => Promise<boolean>,
  wait: () => Promise<void>,
): Promise<readonly HostDrift[]> {
  let seen = await look();
  let former: string | undefined;
  for (let looks = 1; looks < MOST_LOOKS && exitCodeOf(seen) !== 0; looks++) {
    const digest = digestOf(seen);
    if (digest === former || (await isKnown(digest))) {
      break;
    }
    former = digest;
    await wait();
    seen = await look();
  }
  return seen;
}

async function betweenLooks(): Promise<void> {
  console.log(
    `Looking again in ${MINUTES_BETWEEN_LOOKS} minutes, since a deployment may be under way, or a host may restart.`,
  );
  await pause(MINUTES_BETWEEN_LOOKS * 60_000);
}

const newsOf = (seen: readonly HostDrift[]): Parameters<typeof keepIssue>[3] =>
  exitCodeOf(seen) === 0 ? undefined : { text: `\n\`\`\`text\n${describe(seen)}\n\`\`\`\n`, digest: digestOf(seen) };

/** What there is to tell after a change of the issue; undefined where the owner knows already. */
function messageOf(
  change: IssueChange,
  stack: string,
  seen: readonly HostDrift[],
): { readonly event: "drift" | "healed"; readonly title: string; readonly text: string } | undefined {
  switch (change) {
    case "opened":
      return { event: "drift", title: `Drift in ${stack}`, text: linesOf(seen).join("\n") };
    case "updated":
      return { event: "drift", title: `Other drift in ${stack} than before`, text: linesOf(seen).join("\n") };
    case "closed":
      return { event: "healed", title: `No drift in ${stack} any more`, text: describe(seen) };
    case "unchanged":
    case "nothing to do":
      return undefined;
  }
}
