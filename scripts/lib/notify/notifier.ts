import type { NotifyConfig } from "../../../model/config/notify-settings.js";
import { remedyText } from "../../../model/yaml/remedy.js";
import { declaredNotify } from "../declaration.js";
import { projectDirectory } from "../project.js";
import { PulumiStack } from "../pulumi-stack.js";
import { secretSource } from "./secret-source.js";
import type { ValueOf } from "./secret-source.js";
import { pingSwitch, targetsOf } from "./targets.js";
import type { Message } from "./targets.js";
import { Undelivered } from "./undelivered.js";

/** What became of a message, or of a ping. */
export interface Delivery {
  readonly target: keyof NotifyConfig;
  /** @default it has arrived */
  readonly failure?: Undelivered;
}

/** Tells the owner. Whatever cannot be reached is a result, never an exception. */
export interface Notifier {
  /** Sends a message to every target at once; to none where none is configured. */
  readonly tell: (message: Message) => Promise<readonly Delivery[]>;
  /** Tells the dead man's switch how a run has ended; does nothing where there is none. */
  readonly ping: (outcome: "success" | "failure") => Promise<readonly Delivery[]>;
}

export const notifierFor = (config: NotifyConfig, valueOf: ValueOf): Notifier => ({
  tell: (message) =>
    Promise.all(targetsOf(config, valueOf).map(({ name, deliver }) => delivery(name, () => deliver(message)))),
  ping: async (outcome) => {
    const { ping } = config;
    return ping === undefined ? [] : [await delivery("ping", () => pingSwitch(ping, valueOf, outcome === "failure"))];
  },
});

const BUG = new Undelivered("this program made a mistake", {
  prose: "report it, with homelab:notify as it is written",
});

async function delivery(target: Delivery["target"], deliver: () => Promise<void>): Promise<Delivery> {
  try {
    await deliver();
    return { target };
  } catch (error) {
    // Whatever else went wrong could quote a secret, and must not make the run fail that has something to tell.
    return { target, failure: error instanceof Undelivered ? error : BUG };
  }
}

/** The notifier of a stack. @throws UserError if the stack has no configuration, HomelabError if homelab:notify is wrong */
export const notifierOf = (stack: string, env = process.env): Notifier =>
  notifierFor(declaredNotify(stack), secretSource(new PulumiStack(projectDirectory(), stack), env));

/** What became of messages, a line for each target, and what to do where one did not arrive. */
export const describeDeliveries = (deliveries: readonly Delivery[]): string =>
  deliveries
    .map(({ target, failure }) =>
      failure === undefined
        ? `${target}: sent`
        : `${target}: not sent, because ${failure.message}\n-> ${remedyText(failure.remedy)}`,
    )
    .join("\n");

/** Says on stderr what did not arrive, and whether everything did. */
export function reported(deliveries: readonly Delivery[]): boolean {
  const failed = deliveries.filter(({ failure }) => failure !== undefined);
  if (failed.length > 0) {
    console.error(describeDeliveries(failed));
  }
  return failed.length === 0;
}

/** The page of the workflow's run, where this is one. */
export function runPage(env: Readonly<Record<string, string | undefined>>): { readonly url?: string } {
  const [server, repository, run] = ["GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID"].map(
    (it) => env[it] ?? "",
  );
  return server && repository && run ? { url: `${server}/${repository}/actions/runs/${run}` } : {};
}
