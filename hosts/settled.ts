import { setTimeout as pause } from "node:timers/promises";
import { readReport } from "../model/drift/report.js";
import type { SettingReport } from "../model/drift/report.js";
import { HELPER } from "../model/helper.js";
import type { HostModel } from "../model/types.js";
import { runOn } from "./ssh.js";

const PROBE_SECONDS = 15;
const BETWEEN_MS = 3000;
/** A host rolls back after a minute at the latest, and its watch timer follows a minute later. */
const AT_MOST_MS = 150_000;

/**
 * State of a host after nobody could confirm a setting: it is asked until it has rolled back, or should have.
 *
 * @returns a sentence for the owner
 */
export async function settled(host: HostModel, name: string): Promise<string> {
  const end = Date.now() + AT_MOST_MS;
  for (;;) {
    const { stdout } = await runOn(host, [...HELPER, "probe"], PROBE_SECONDS);
    const reading = readReport(stdout);
    const seen = reading.status === "ok" ? reading.report.settings[name] : undefined;
    const forced =
      reading.status === "ok" &&
      Object.values(reading.report.settings).some(({ drift }) => drift.some(({ code }) => code === "ssh-forced-open"));
    if (seen !== undefined && seen.state !== "pending") {
      return stateInWords(name, seen, forced);
    }
    if (Date.now() > end) {
      return seen === undefined
        ? `It does not answer, so its ${name} is unknown: look at it with a screen and a keyboard.`
        : `It still has the new ${name}, although it should have rolled back.`;
    }
    await pause(BETWEEN_MS);
  }
}

/** Describes a setting that does not wait for a confirmation, on a host that answers. */
export function stateInWords(name: string, { state }: Pick<SettingReport, "state">, forced: boolean): string {
  if (forced) {
    return "Nobody could log in with the new state or the former one, so it opened SSH to its whole LAN.";
  }
  switch (state) {
    case "reverted":
      return `It has rolled back to its former ${name}.`;
    case "absent":
      return `It has no ${name} of ours.`;
    case "applied":
      return `It has a ${name} that was confirmed before.`;
    case "pending":
      return `It has the new ${name}, and rolls back to the former one within a minute.`;
  }
}
