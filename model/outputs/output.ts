import type { HomelabModel } from "../types.js";

/** What is derived across the hosts: an output of the stack, and a part of what `check` shows. */
export interface Output<Value> {
  /** Its key among the stack's outputs and in the JSON of `check`. */
  readonly name: string;
  /** Plain data, which survives JSON; undefined where there is nothing of the kind, which is then left out. */
  derive(homelab: HomelabModel): Value;
  /** The same for the terminal. */
  show(value: Value): readonly Section[];
}

/** A part of what the terminal shows: a table or lines. */
export type Section =
  | { readonly title: string; readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] }
  | { readonly title: string; readonly lines: readonly string[] };
