import type { EngineEvent, ResOutputsEvent } from "@pulumi/pulumi/automation/index.js";
import { hostInUrn, nameInUrn } from "../../model/resource-names.js";
import type { Mask } from "./mask.js";

const DONE: Readonly<Record<string, string>> = {
  same: "unchanged",
  create: "created",
  update: "updated",
  delete: "deleted",
  replace: "replaced",
  "create-replacement": "replaced",
  "delete-replaced": "replaced",
};

/** What was done by a step of the engine, such as `replaced`. */
export const doneBy = (op: string): string => DONE[op] ?? op;

/** How many resources there are for each word of `doneBy`. */
export type Changes = Readonly<Record<string, number>>;

/** What an operation came to; empty if the program did not run. */
export function changesOf(events: readonly EngineEvent[]): Changes {
  const counts = events.find(({ summaryEvent }) => summaryEvent !== undefined)?.summaryEvent?.resourceChanges ?? {};
  return Object.fromEntries(Object.entries(counts).map(([op, count]) => [doneBy(op), count]));
}

/** What went wrong, a resource after the other. */
export function errorsOf(events: readonly EngineEvent[]): string {
  return events
    .flatMap(({ diagnosticEvent }) => (diagnosticEvent?.severity === "error" ? [diagnosticEvent] : []))
    .map(({ urn = "", message }) => `${nameInUrn(urn)}: ${plainText(message)}`.replace(/^: /, ""))
    .join("\n");
}

/** What the program itself warns of, such as drift; undefined for all other events. */
export const warningIn = ({ diagnosticEvent }: EngineEvent): string | undefined =>
  diagnosticEvent?.severity === "warning" && hostInUrn(diagnosticEvent.urn ?? "") === undefined
    ? plainText(diagnosticEvent.message)
    : undefined;

/** Hosts on which nothing is tried, and why: the stack's output of that name. */
export function notDoneIn(events: readonly EngineEvent[]): Readonly<Record<string, string>> {
  const stack = events.findLast(({ resOutputsEvent }) => resOutputsEvent?.metadata.type === STACK);
  return reasonsIn(stack?.resOutputsEvent?.metadata.new?.outputs);
}

const STACK = "pulumi:pulumi:Stack";
const NOT_DONE = "notDone";
const reasonsIn = (outputs: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, string>> =>
  (outputs[NOT_DONE] ?? {}) as Readonly<Record<string, string>>;

/**
 * An event without secrets in what programs, providers and commands have said. The engine itself masks what resources are
 * given; names are left as they are.
 */
export function maskedEvent(event: EngineEvent, mask: Mask): EngineEvent {
  const { diagnosticEvent: said, stdoutEvent: printed, resOutputsEvent: registered } = event;
  return {
    ...event,
    ...(said && { diagnosticEvent: { ...said, message: mask(said.message) } }),
    ...(printed && { stdoutEvent: { ...printed, message: mask(printed.message) } }),
    ...(registered?.metadata.type === STACK && { resOutputsEvent: withReasons(registered, mask) }),
  };
}

function withReasons(event: ResOutputsEvent, mask: Mask): ResOutputsEvent {
  const { metadata } = event;
  // The engine writes null for a stack that is destroyed, of which the SDK's types know nothing.
  const state = metadata.new as typeof metadata.new | null;
  if (!state) {
    return event;
  }
  const reasons = Object.entries(reasonsIn(state.outputs)).map(([host, why]) => [host, mask(why)]);
  const outputs = { ...state.outputs, [NOT_DONE]: Object.fromEntries(reasons) as unknown };
  return { ...event, metadata: { ...metadata, new: { ...state, outputs } } };
}

/** What the engine reports, without its marks for colours. */
export const plainText = (message: string): string => message.replace(COLOUR, "").trimEnd();

/** How the engine marks colours. */
const COLOUR = /<\{%[^%]*%\}>/g;
