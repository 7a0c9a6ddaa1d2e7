/** A failure that is reported to the user without a stack trace. */
export class LabError extends Error {
  override readonly name = "LabError";
}

/** A failed step, with the end of its log. */
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
