import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { hostInUrn, nameInUrn } from "../../model/resource-names.js";
import { columnsOf } from "../lib/columns.js";
import { doneBy } from "../lib/engine-events.js";

/** Shows what a deployment is doing. */
export interface Progress {
  readonly show: (event: EngineEvent) => void;
  readonly end: () => void;
}

interface HostProgress {
  now: string;
  changes: number;
}

const LOG_EVERY_MS = 30_000;

/**
 * A table that is written over again and again on a terminal; in a log, a line now and then.
 *
 * @param write one that can replace what it has written; undefined for a log
 */
export function progressOf(
  hosts: readonly string[],
  write: ((text: string) => void) | undefined,
  log: (line: string) => void = console.log,
): Progress {
  const states = new Map(hosts.map((host): [string, HostProgress] => [host, { now: "", changes: 0 }]));
  let shownAt = Date.now();
  const show = (): void => {
    if (write !== undefined) {
      write(columnsOf(["HOST", "CHANGES", "NOW"], rowsOf(states)));
    } else if (Date.now() - shownAt >= LOG_EVERY_MS) {
      shownAt = Date.now();
      log(`… ${[...states].map(([host, { changes }]) => `${host} ${changes}`).join(", ")} changes so far`);
    }
  };
  return {
    show: ({ resourcePreEvent, resOutputsEvent }) => {
      const metadata = resourcePreEvent?.metadata ?? resOutputsEvent?.metadata;
      const state = states.get((metadata && hostInUrn(metadata.urn)) ?? "");
      if (metadata === undefined || state === undefined || metadata.op === "same") {
        return;
      }
      const name = nameInUrn(metadata.urn).split("/").slice(1).join("/");
      const ended = resOutputsEvent !== undefined;
      state.changes += ended && name !== "" ? 1 : 0;
      state.now = ended ? "" : `${name} is being ${doneBy(metadata.op)}`;
      show();
    },
    end: () => {
      write?.("");
    },
  };
}

const rowsOf = (states: ReadonlyMap<string, HostProgress>): string[][] =>
  [...states].map(([host, { now, changes }]) => [host, String(changes), now]);
