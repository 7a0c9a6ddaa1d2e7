import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { hostInUrn, nameInUrn } from "../../model/resource-names.js";
import { notDoneIn } from "../lib/engine-events.js";

/** What an operation of the engine came to. */
export interface Outcome {
  /** The program registered what is declared and the engine went through it, whether or not each resource succeeded. */
  readonly ran: boolean;
  /** The engine's word for what was done, as in "create" or "same", by the name of the resource; those of hosts only. */
  readonly done: ReadonlyMap<string, string>;
  /** Names of resources that could not be done. */
  readonly failed: ReadonlySet<string>;
  /** Hosts on which nothing was tried, and why: the stack's output of that name. */
  readonly notDone: Readonly<Record<string, string>>;
}

/** What two operations came to, of which the second left out what failed in the first. */
export function together(first: Outcome, second: Outcome): Outcome {
  const more = [...second.done].filter(([, op]) => op !== "same");
  return {
    ...first,
    done: new Map([...first.done, ...more]),
    failed: new Set([...first.failed, ...second.failed]),
  };
}

/** What the engine's reports of an operation come to. */
export function outcomeOf(events: readonly EngineEvent[]): Outcome {
  const done = new Map<string, string>();
  const failed = new Set<string>();
  for (const { resOutputsEvent, resOpFailedEvent, diagnosticEvent } of events) {
    if (resOutputsEvent !== undefined) {
      const { op, urn } = resOutputsEvent.metadata;
      // A replacement has several steps; the last of them, the end of the old one, says the least.
      if (hostInUrn(urn) !== undefined && (!done.has(nameInUrn(urn)) || !/^delete-replaced|^replace$/.test(op))) {
        done.set(nameInUrn(urn), op);
      }
    }
    // What failed only around the resource, as the confirmation of a setting that was applied, is no failed operation.
    if (diagnosticEvent?.severity === "error" && hostInUrn(diagnosticEvent.urn ?? "") !== undefined) {
      failed.add(nameInUrn(diagnosticEvent.urn ?? ""));
    }
    if (resOpFailedEvent !== undefined && hostInUrn(resOpFailedEvent.metadata.urn) !== undefined) {
      failed.add(nameInUrn(resOpFailedEvent.metadata.urn));
    }
  }
  // A program that refuses what is declared has a summary, too.
  const ended = events.some(({ summaryEvent }) => summaryEvent !== undefined);
  return {
    ran: ended && (done.size > 0 || failed.size > 0 || !events.some(isError)),
    done,
    failed,
    notDone: notDoneIn(events),
  };
}

const isError = ({ diagnosticEvent }: EngineEvent): boolean => diagnosticEvent?.severity === "error";
