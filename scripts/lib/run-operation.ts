import { isatty } from "node:tty";
import type * as Automation from "@pulumi/pulumi/automation/index.js";
import type { EngineEvent, Stack } from "@pulumi/pulumi/automation/index.js";
import { maskedEvent } from "./engine-events.js";
import type { Mask } from "./mask.js";
import type { Operation, Operations } from "./operation.js";

/** Loaded at its first use, since it takes longer than all the rest of a command. */
export const automation = (): Promise<typeof Automation> => import("@pulumi/pulumi/automation/index.js");

/** Where what the engine prints goes, as it comes. */
export type Show = (text: string, from: "stdout" | "stderr") => void;

/**
 * Runs an operation to its end; a failure of the engine is a result, not an exception. Ctrl-C lets the engine finish what it
 * has begun.
 *
 * @param mask is awaited before anything that the engine says is handed on
 */
export async function runOperation<Kind extends keyof Operations>(
  stack: Stack,
  kind: Kind,
  options: Operations[Kind],
  { show, mask }: { readonly show: Show; readonly mask: Promise<Mask> },
): Promise<Operation> {
  const { CommandError } = await automation();
  const events: EngineEvent[] = [];
  let output = "";
  // One after the other, in the order in which it was said.
  let told: Promise<unknown> = mask;
  const tell = (hand: (mask: Mask) => void): void => {
    told = told.then(async () => {
      hand(await mask);
    });
  };
  const tellText = (text: string, from: "stdout" | "stderr"): void => {
    if (text !== "") {
      tell((masked) => {
        show(masked(text), from);
      });
    }
  };
  // Whole lines: a secret may come in pieces.
  const begun = { stdout: "", stderr: "" };
  const print =
    (from: "stdout" | "stderr") =>
    (text: string): void => {
      output += text;
      const all = begun[from] + text;
      const end = all.lastIndexOf("\n") + 1;
      begun[from] = all.slice(end);
      tellText(all.slice(0, end), from);
    };
  const interrupt = new AbortController();
  const stop = (signal: NodeJS.Signals): void => {
    // A terminal sends Ctrl-C to the engine as well, for which a second one means to stop at once.
    if (signal === "SIGTERM" || ![0, 1, 2].some((fd) => isatty(fd))) {
      interrupt.abort();
    }
    interrupted = true;
  };
  let interrupted = false;
  const ended = async (ok: boolean): Promise<Operation> => {
    tellText(begun.stdout, "stdout");
    tellText(begun.stderr, "stderr");
    await told;
    return { ok, output: (await mask)(output), events, interrupted };
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  try {
    await stack[kind]({
      color: "never",
      ...(kind === "up" && { showSecrets: false }),
      ...options,
      onEvent: (event) => {
        tell((masked) => {
          const shown = maskedEvent(event, masked);
          events.push(shown);
          options.onEvent?.(shown);
        });
      },
      onOutput: print("stdout"),
      onError: print("stderr"),
      signal: AbortSignal.any([interrupt.signal, ...(options.signal === undefined ? [] : [options.signal])]),
    });
    return await ended(true);
  } catch (error) {
    if (error instanceof CommandError) {
      return await ended(false);
    }
    throw error;
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}
