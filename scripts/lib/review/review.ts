import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { outputsOf } from "../../../model/outputs/index.js";
import { differenceBetween } from "../../../model/review/difference.js";
import type { Difference, Summary } from "../../../model/review/difference.js";
import { risksOf, verdictOf } from "../../../model/review/verdict.js";
import type { Risk, Verdict } from "../../../model/review/verdict.js";
import type { HomelabModel } from "../../../model/types.js";
import { notDoneIn, warningIn } from "../engine-events.js";
import { describePlan } from "../plan/describe.js";
import type { Change } from "../plan/plan.js";
import { stepsOf } from "../plan/steps.js";
import type { Steps } from "../plan/steps.js";
import type { MissingImage } from "../registry/missing.js";
import type { TightDisk } from "../registry/room.js";
import type { Revision } from "./revision.js";

/** What a preview comes to, for a person or a program to judge. */
export interface Review {
  readonly verdict: Verdict;
  /** Why there is no plan, in full. */
  readonly failure: string | undefined;
  readonly risks: readonly Risk[];
  /** By host, how many things there are for each action. */
  readonly counts: Readonly<Record<string, Readonly<Partial<Record<Change["action"], number>>>>>;
  /** Hosts that are left as they are, and why. */
  readonly notReached: Readonly<Record<string, string>>;
  readonly difference: Difference;
  /** What the hosts are found to be, apart from what is changed here: drift, and what could not be seen. */
  readonly seen: readonly string[];
  readonly changes: readonly Change[];
  /** The same in words, a line each. */
  readonly plan: readonly string[];
  /** The same for npm run deploy -- --expect, which goes no further; undefined where the engine was not asked. */
  readonly steps: Steps | undefined;
  readonly revision: Revision | undefined;
}

/** What a review is made of. */
export interface ReviewInput {
  /** What runs where until now. */
  readonly before?: Summary;
  /** What is declared; left out where that has mistakes. */
  readonly after?: HomelabModel;
  /** What the engine would do; left out where it was not asked. */
  readonly changes?: readonly Change[];
  /** What it reported. */
  readonly events?: readonly EngineEvent[];
  /** Why there is no plan, where one was asked for. */
  readonly failure?: string;
  readonly revision?: Revision | undefined;
  /** What the registries do not have; left out where they were not asked. */
  readonly missingImages?: readonly MissingImage[];
  /** Disks without much room for new images; left out where nobody looked. */
  readonly tightDisks?: readonly TightDisk[];
}

/** Judges a change of the homelab. */
export function reviewOf(input: ReviewInput): Review {
  const { before, after, events = [], changes = [], failure, revision, missingImages = [], tightDisks = [] } = input;
  const now = after && summaryOf(after);
  const difference = differenceBetween(before ?? now ?? {}, now ?? before ?? {});
  const notReached = notDoneIn(events);
  const risks = risksOf({
    failure,
    changes,
    difference,
    stateful: after === undefined ? new Set() : statefulServices(after),
    notReached,
    missingImages,
    tightDisks,
  });
  return {
    verdict: verdictOf(risks),
    failure,
    risks,
    counts: countsOf(changes),
    notReached,
    difference,
    seen: [...new Set(events.flatMap((event) => warningIn(event) ?? []))],
    changes,
    plan: describePlan(changes, after?.hosts)
      .split("\n")
      .filter((line) => line !== ""),
    steps: input.events && stepsOf(input.events),
    revision,
  };
}

/** The output of a model that a difference is made of. */
export const summaryOf = (homelab: HomelabModel): Summary => outputsOf(homelab)["hosts"] as Summary;

/** Services that mount a volume which outlives them, as HOST/SERVICE. */
function statefulServices({ hosts }: HomelabModel): ReadonlySet<string> {
  return new Set(
    hosts.flatMap(({ name, services, volumes }) => {
      const stateful = volumes.filter((volume) => volume.stateful).map((volume) => volume.name);
      return services
        .filter((service) => service.volumes.some((it) => it.type === "volume" && stateful.includes(it.source ?? "")))
        .map((service) => `${name}/${service.name}`);
    }),
  );
}

function countsOf(changes: readonly Change[]): Review["counts"] {
  const counts: Record<string, Partial<Record<Change["action"], number>>> = {};
  for (const { host, action } of changes) {
    const ofHost = (counts[host] ??= {});
    ofHost[action] = (ofHost[action] ?? 0) + 1;
  }
  return counts;
}
