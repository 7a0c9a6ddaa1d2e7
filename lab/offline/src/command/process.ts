// What local and remote commands have in common: their inputs, and what becomes of their output.
import type { Log } from "../provider/log";
import { Capture } from "./capture";
import type { Values } from "../provider/values";

export interface Output {
  stdout: string;
  stderr: string;
}

export const NO_OUTPUT: Output = { stdout: "", stderr: "" };

export interface ProcessInputs {
  stdin: string;
  environment: Record<string, string>;
  logStdout: boolean;
  logStderr: boolean;
  /** The output of the run before, as environment variables. */
  previous: Record<string, string>;
}

export function processInputs(inputs: Values, before: Output): ProcessInputs {
  const logging = inputs["logging"];
  const all = logging === undefined || logging === "stdoutAndStderr";
  const previous: Record<string, string> = {};
  if (inputs["addPreviousOutputInEnv"] !== false) {
    if (before.stdout !== "") {
      previous["PULUMI_COMMAND_STDOUT"] = before.stdout;
    }
    if (before.stderr !== "") {
      previous["PULUMI_COMMAND_STDERR"] = before.stderr;
    }
  }
  return {
    stdin: (inputs["stdin"] as string | undefined) ?? "",
    environment: {
      ...(inputs["environment"] as Record<string, string> | undefined),
    },
    logStdout: all || logging === "stdout",
    logStderr: all || logging === "stderr",
    previous,
  };
}

/** The two streams of one run, kept apart for the outputs and together for the error message. */
export class Streams {
  private readonly both = new Capture();
  private readonly out: Capture;
  private readonly err: Capture;

  constructor(
    { logStdout, logStderr }: ProcessInputs,
    private readonly log: Log,
  ) {
    const line = (text: string): void => {
      log.status(text);
    };
    this.out = new Capture(logStdout ? line : undefined);
    this.err = new Capture(logStderr ? line : undefined);
  }
  readonly stdout = (chunk: Buffer): void => {
    this.both.add(chunk);
    this.out.add(chunk);
  };
  readonly stderr = (chunk: Buffer): void => {
    this.both.add(chunk);
    this.err.add(chunk);
  };

  /** The outputs; or, when the run failed, an error with all that was printed. */
  async finish(command: string, failure: string | undefined): Promise<Output> {
    this.out.end();
    this.err.end();
    await this.log.flushed();
    if (failure !== undefined) {
      throw new Error(`${failure}: running ${JSON.stringify(command)}:\n${this.both.text()}`);
    }
    if (!this.out.isText() || !this.err.isText()) {
      throw new Error("the command printed bytes that are no UTF-8, which an output cannot hold");
    }
    const trim = (text: string): string => text.replace(/\n$/, "");
    return { stdout: trim(this.out.text()), stderr: trim(this.err.text()) };
  }
}
