import type { ReachDifference } from "../../../model/review/difference.js";
import type { Verdict } from "../../../model/review/verdict.js";
import type { Change } from "../plan/plan.js";
import type { Review } from "./review.js";

/** A part of a review that is shown under a title of its own; left out where it has no lines. */
export interface Part {
  readonly title: string;
  readonly lines: readonly string[];
}

const ACTIONS: readonly (readonly [Change["action"], string])[] = [
  ["create", "created"],
  ["replace", "replaced"],
  ["update", "changed"],
  ["delete", "removed"],
];

/** What a person reads first: the verdict with its reason. */
export function headline({ verdict, risks, changes, difference }: Review): string {
  const [first, ...others] = risks.filter((risk) => risk.verdict === verdict);
  if (first !== undefined) {
    return `${verdict}: ${first.subject}: ${first.words}${others.length === 0 ? "" : ` (and ${others.length} more)`}`;
  }
  const something =
    changes.length > 0 || Object.values<readonly unknown[]>({ ...difference }).some((it) => it.length > 0);
  return `${verdict}: ${something ? "nothing that could hurt was found" : "nothing changes"}`;
}

/** The parts in the order in which they are read: what could hurt before what is only good to know. */
export function partsOf(review: Review): Part[] {
  const { counts, notReached, risks, difference, seen } = review;
  const { hostsAdded, hostsRemoved, servicesAdded, servicesRemoved, images, reach } = difference;
  const list = (title: string, names: readonly string[]): string[] =>
    names.length === 0 ? [] : [`${title}: ${names.join(", ")}`];
  return [
    {
      title: "Hosts",
      lines: [
        ...Object.entries(counts).map(([host, count]) => `${host}: ${countText(count)}`),
        ...Object.entries(notReached).map(([host, why]) => `${host}: not reached, left as it is (${why})`),
      ],
    },
    {
      title: "Look at",
      lines: risks
        .filter(({ code }) => code !== "preview-failed")
        .map(({ verdict, subject, words }) => `${verdict}: ${subject}: ${words}`),
    },
    { title: "Who may reach what", lines: reach.map(reachText) },
    {
      title: "What runs where",
      lines: [
        ...list("new hosts", hostsAdded),
        ...list("hosts that leave", hostsRemoved),
        ...list("new services", servicesAdded),
        ...list("services that go", servicesRemoved),
        ...images.map(({ service, from, to }) => `${service}: ${from} → ${to}`),
      ],
    },
    { title: "Found on the hosts, apart from this change", lines: seen },
    { title: "Compared with", lines: revisionLines(review) },
  ].filter(({ lines }) => lines.length > 0);
}

/** Why there is no plan, as it was said. */
export const failurePart = ({ failure = "" }: Review): Part => ({
  title: "Why it failed",
  lines: failure.trimEnd() === "" ? [] : failure.trimEnd().split("\n"),
});

/** Everything that would be done; the longest part, and the last. */
export const planPart = ({ plan }: Review): Part => ({ title: "Everything that would be done", lines: plan });

const countText = (count: Review["counts"][string]): string =>
  ACTIONS.flatMap(([action, word]) => (count[action] === undefined ? [] : [`${count[action]} ${word}`])).join(", ");

const reachText = ({ host, what, port, before, after }: ReachDifference): string =>
  `${host}/${what} ${port}: ${people(before)} → ${people(after)}`;
const people = (list: readonly string[]): string => (list.length === 0 ? "nobody" : list.join(", "));

function revisionLines({ revision }: Review): string[] {
  if (revision === undefined) {
    return [];
  }
  const { base, commit, uncommitted, behind } = revision;
  return [
    `${base.slice(0, 8)}, by ${commit}${uncommitted ? " with changes that are not committed" : ""}`,
    ...(behind === 0
      ? []
      : [
          `${behind} ${behind === 1 ? "commit has" : "commits have"} been added there since: rebase to see what a merge would do`,
        ]),
  ];
}

/** How a verdict is marked where there are no colours. */
export const MARKS: Readonly<Record<Verdict, string>> = { routine: "🟢", caution: "🟡", stop: "🔴", failed: "❌" };
