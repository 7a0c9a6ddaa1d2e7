import type { Log } from "./log";
import type { Failure, Fields } from "./shapes";
import type { Values } from "./values";

/** What an operation on a resource has beside the resource. */
export interface Operation {
  log: Log;
  /** Aborted when the engine cancels, or when the resource's custom timeout is over. */
  signal: AbortSignal;
}

/** A resource as it is. */
export interface Existing {
  id: string;
  state: Values;
}

/** The life of a type of resource, apart from the protocol that carries it. */
export interface Resource {
  inputs: Fields;
  /** Outputs that are no inputs: unknown at preview, when they may change. */
  outputs: readonly string[];
  check?(inputs: Values): Failure[];
  /** At preview. @default no ID */
  previewId?(name: string): string;
  create(inputs: Values, operation: Operation, name: string): Promise<Existing>;
  update(old: Existing, inputs: Values, operation: Operation): Promise<Values>;
  /** @default nothing is done */
  delete?(old: Existing, operation: Operation): Promise<void>;
  /** What is there, and the inputs that would make it. @default it is what it was */
  read?(id: string, inputs: Values, state: Values, operation: Operation): Promise<Existing & { inputs: Values }>;
  /** Do two values of an input differ in nothing that matters? @default if they are equal */
  same?(input: string, a: unknown, b: unknown): boolean;
  /** A property whose state asks for a replacement although no input has changed. @default none */
  outdated?(state: Values, inputs: Values): string | undefined;
}

/** A plugin, apart from the protocol. */
export interface Plugin {
  version: string;
  /** By type. */
  resources: Readonly<Record<string, Resource>>;
  /** What is wrong with the provider's configuration. @default nothing is */
  checkConfig?: (config: Values) => Failure[];
  /** @default there is no configuration */
  configure?: (config: Values) => void;
  /** @default there are no functions */
  invoke?: (token: string, args: Values, operation: Operation) => Promise<{ result?: Values; failures: Failure[] }>;
}
