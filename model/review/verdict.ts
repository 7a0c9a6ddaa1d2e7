import type { ResourceName } from "../resource-names.js";
import { gained } from "./difference.js";
import type { Difference } from "./difference.js";
import { majorChange } from "./versions.js";

/** How much attention a change needs, from none to all of it. */
const VERDICTS = ["routine", "caution", "stop", "failed"] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What a preview would do to one thing of a host. */
export interface PlannedChange {
  /** Its name; `tailnet` for what belongs to no host. */
  readonly host: string;
  readonly kind: ResourceName["kind"];
  /** Of the thing itself, such as the service's. */
  readonly name: string;
  readonly action: "create" | "update" | "replace" | "delete";
  /** Removed here, and left on the host with its data. */
  readonly kept: boolean;
}

/** All that a verdict goes by. */
export interface Facts {
  /** Why there is no plan; undefined if there is one, or none was asked for. */
  readonly failure: string | undefined;
  /** What the engine would do; empty where it was not asked. */
  readonly changes: readonly PlannedChange[];
  readonly difference: Difference;
  /** Services with data that outlive them, as HOST/SERVICE. */
  readonly stateful: ReadonlySet<string>;
  /** Hosts of which nothing is known, and why. */
  readonly notReached: Readonly<Record<string, string>>;
  /** Hosts whose disk has little room for the images that they are to pull, or too little for them to fit. */
  readonly tightDisks: readonly { readonly host: string; readonly fits: boolean; readonly words: string }[];
  /** Images that a registry says it has not, for the hosts that are to pull them, and why. */
  readonly missingImages: readonly {
    readonly image: string;
    readonly hosts: readonly string[];
    readonly words: string;
  }[];
}

/** Something to look at before a change is let in. */
export interface Risk {
  readonly code: keyof typeof RULES;
  readonly verdict: Verdict;
  /** What it is about, such as pi5/postgres. */
  readonly subject: string;
  readonly words: string;
}

/** What is found of a rule: the subject, and what is to be said of it. */
type Found = readonly [subject: string, words: string];
interface Rule {
  readonly verdict: Verdict;
  readonly find: (facts: Facts) => readonly Found[];
}

const ofKind = ({ changes }: Facts, kind: PlannedChange["kind"], ...actions: PlannedChange["action"][]): string[] =>
  changes.filter((it) => it.kind === kind && actions.includes(it.action)).map(({ host, name }) => `${host}/${name}`);

/** Every rule by its code; the gravest that finds something is the verdict. */
const RULES = {
  "preview-failed": {
    verdict: "failed",
    find: ({ failure }) => (failure === undefined ? [] : [["preview", failure.split("\n", 1)[0] ?? ""]]),
  },
  "data-removed": {
    verdict: "stop",
    find: ({ changes }) =>
      changes
        .filter(
          ({ kind, action, kept }) => kind === "volume" && (action === "replace" || (action === "delete" && !kept)),
        )
        .map(({ host, name }) => [`${host}/${name}`, "this volume is removed with its data"]),
  },
  "host-removed": {
    verdict: "stop",
    find: ({ difference }) => difference.hostsRemoved.map((host) => [host, "this host leaves the homelab"]),
  },
  "image-missing": {
    verdict: "stop",
    find: ({ missingImages }) =>
      missingImages.map(({ image, hosts, words }) => [hosts.join(", "), `image ${image} ${words}`]),
  },
  "disk-too-small": {
    verdict: "stop",
    find: ({ tightDisks }) => tightDisks.filter(({ fits }) => !fits).map(({ host, words }) => [host, words]),
  },
  "disk-tight": {
    verdict: "caution",
    find: ({ tightDisks }) => tightDisks.filter(({ fits }) => fits).map(({ host, words }) => [host, words]),
  },
  "audience-widened": {
    verdict: "caution",
    find: ({ difference: { reach, hostsAdded, servicesAdded } }) =>
      reach.flatMap((it): Found[] => {
        const isNew = hostsAdded.includes(it.host) || servicesAdded.includes(`${it.host}/${it.what}`);
        const more = gained(it);
        return isNew || more.length === 0
          ? []
          : [[`${it.host}/${it.what}`, `${more.join(", ")} may reach port ${it.port}, and could not before`]];
      }),
  },
  "service-removed": {
    verdict: "caution",
    find: ({ difference: { servicesRemoved, hostsRemoved } }) =>
      servicesRemoved
        .filter((service) => !hostsRemoved.some((host) => service.startsWith(`${host}/`)))
        .map((service) => [service, "this service is removed; its stateful volumes are kept"]),
  },
  "stateful-replaced": {
    verdict: "caution",
    find: (facts) =>
      ofKind(facts, "container", "replace")
        .filter((service) => facts.stateful.has(service))
        .map((service) => [service, "its container is replaced, and it keeps data"]),
  },
  "major-version": {
    verdict: "caution",
    find: ({ difference }) =>
      difference.images.flatMap(({ service, from, to }): Found[] => {
        const change = majorChange(from, to);
        return change === undefined ? [] : [[service, `another major version: ${change}`]];
      }),
  },
  "ssh-or-firewall": {
    verdict: "caution",
    find: (facts) =>
      ofKind(facts, "setting", "update", "replace")
        .filter((setting) => /\/(?:ssh|firewall)$/.test(setting))
        .filter((setting) => !facts.difference.hostsAdded.includes(setting.split("/", 1)[0] ?? ""))
        .map((setting) => [setting, "rolled back within a minute unless a new connection confirms it"]),
  },
  "not-reached": {
    verdict: "caution",
    find: ({ notReached }) => Object.entries(notReached).map(([host, why]) => [host, `not reached: ${why}`]),
  },
} satisfies Readonly<Record<string, Rule>>;

/** What there is to look at, the gravest first. */
export function risksOf(facts: Facts): Risk[] {
  const codes = Object.keys(RULES) as (keyof typeof RULES)[];
  return codes
    .flatMap((code) => {
      const { verdict, find }: Rule = RULES[code];
      return find(facts).map(([subject, words]): Risk => ({ code, verdict, subject, words }));
    })
    .sort((a, b) => VERDICTS.indexOf(b.verdict) - VERDICTS.indexOf(a.verdict));
}

/** The gravest of some risks; without any it is routine. */
export const verdictOf = (risks: readonly Risk[]): Verdict =>
  VERDICTS.findLast((verdict) => risks.some((risk) => risk.verdict === verdict)) ?? "routine";
