import type { DestroyOptions, EngineEvent, PreviewOptions, UpOptions } from "@pulumi/pulumi/automation/index.js";

/** What the engine can do to a stack, with the options that each takes. */
export interface Operations {
  readonly up: Omit<UpOptions, "onOutput">;
  readonly preview: Omit<PreviewOptions, "onOutput">;
  readonly destroy: Omit<DestroyOptions, "onOutput">;
}

/** What an operation came to. */
export interface Operation {
  /** Everything succeeded. */
  readonly ok: boolean;
  /** Everything that the engine printed. */
  readonly output: string;
  /** Everything that the engine reported, in order. */
  readonly events: readonly EngineEvent[];
  /** It was told to stop. */
  readonly interrupted: boolean;
}

/** A resource as the state has it. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly parent?: string;
  readonly dependencies?: readonly string[];
  /** It was replaced, and is still to be removed. */
  readonly delete?: boolean;
}
