import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { hostInUrn, nameInUrn } from "../../model/resource-names.js";

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
  const stack = events.findLast(({ resOutputsEvent }) => resOutputsEvent?.metadata.type === "pulumi:pulumi:Stack");
  return (stack?.resOutputsEvent?.metadata.new?.outputs["notDone"] ?? {}) as Readonly<Record<string, string>>;
}

/** What the engine reports, without its marks for colours. */
export const plainText = (message: string): string => message.replace(COLOUR, "").trimEnd();

/** How the engine marks colours. */
const COLOUR = /<\{%[^%]*%\}>/g;
