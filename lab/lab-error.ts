/** A failure that is explained to the user in words, without a stack trace. */
export class LabError extends Error {
  override readonly name = "LabError";
}

/** A step did not succeed; knows what to show of it. */
export class StepError extends LabError {
  constructor(
    readonly step: string,
    readonly reason: string,
    readonly log: string,
    readonly lastLines: readonly string[],
  ) {
    super(`${step}: ${reason}`);
  }
}

/** The user pressed Ctrl-C. */
export class Interrupted extends LabError {
  constructor() {
    super("stopped");
  }
}
