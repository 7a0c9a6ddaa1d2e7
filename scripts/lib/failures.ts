import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { hostInUrn, nameInUrn } from "../../model/resource-names.js";
import { lockAdvice } from "./lock.js";
import type { Operation } from "./operation.js";
import { plainText } from "./engine-events.js";

const NAMES_SHOWN = 3;

/**
 * What went wrong, each cause once, with what it happened to. What the engine says of the whole, such as that an update
 * failed, is left out where anything of a host failed.
 */
export function failuresOf(events: readonly EngineEvent[]): string[] {
  const errors = events.flatMap(({ diagnosticEvent }) =>
    diagnosticEvent?.severity === "error" ? [diagnosticEvent] : [],
  );
  const ofHosts = errors.filter(({ urn = "" }) => hostInUrn(urn) !== undefined);
  const causes = new Map<string, string[]>();
  for (const { urn = "", message } of ofHosts.length > 0 ? ofHosts : errors) {
    const words = plainText(message).replace(/^error: /, "");
    causes.set(words, [...(causes.get(words) ?? []), ...(hostInUrn(urn) === undefined ? [] : [nameInUrn(urn)])]);
  }
  return [...causes].map(([words, names]) => (names.length === 0 ? words : `${listed([...new Set(names)])}: ${words}`));
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMES_SHOWN;
  return more > 0 ? `${names.slice(0, NAMES_SHOWN).join(", ")} and ${more} more` : names.join(", ");
}

/** Why an operation of the engine could not be done at all. */
export const reasonOf = ({ events, output }: Pick<Operation, "events" | "output">, stack: string): string =>
  lockAdvice(output, stack) ?? (failuresOf(events).join("\n") || output.trim());
