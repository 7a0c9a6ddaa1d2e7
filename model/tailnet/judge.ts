import { compose, NOTHING, takeOut } from "./compose.js";
import type { Composed } from "./compose.js";
import { failures, reaches } from "./evaluate.js";
import { readPolicy } from "./read.js";
import type { Policy } from "./read.js";
import { digestOf } from "./text.js";
import type { Expectation, TailnetModel } from "./types.js";

/** What is to become of the tailnet's policy, given the one that is there. */
export type Verdict =
  | {
      readonly kind: "deploy";
      readonly text: string;
      /** Nobody has written a policy yet: it may only be written as long as that is so. */
      readonly first: boolean;
      /** Who reaches what from then on and did not before, or the other way round. */
      readonly changes: readonly Expectation[];
    }
  | Refusal;

/** Why the policy is left as it is. */
export type Refusal =
  /** Somebody edited the homelab's part, or in a policy that is the homelab's wrote something beside it. */
  | { readonly kind: "edited"; readonly digest: string }
  /** Somebody else wrote it. */
  | { readonly kind: "foreign"; readonly digest: string }
  /** With what is somebody else's, it lets in whom it must not, or shuts out. */
  | { readonly kind: "violated"; readonly by: readonly Expectation[] }
  | Exclude<Composed, { kind: "text" }>;

/**
 * @param there the policy file that the tailnet has; undefined where that is not known
 */
export function judge(model: TailnetModel, there: string | undefined): Verdict {
  const taken = takeOut(there ?? NOTHING);
  const digest = digestOf(there ?? "");
  const untouched = there === undefined || isUntouched(there);
  const base = model.policy === "whole" ? NOTHING : untouched ? NOTHING : taken.rest;
  const approved = model.overwrite === digest;
  if (!taken.intact && !approved) {
    return { kind: "edited", digest };
  }
  if (model.policy === "whole" && !untouched && !approved && !isEmpty(taken.rest)) {
    return { kind: taken.marked ? "edited" : "foreign", digest };
  }
  const composed = compose(model, base);
  if (composed.kind !== "text") {
    return composed;
  }
  const { text } = composed;
  const read = readPolicy(text);
  if (read.kind === "broken") {
    return read;
  }
  const by = failures(read.policy, model.expectations);
  return by.length > 0
    ? { kind: "violated", by }
    : { kind: "deploy", text, first: untouched, changes: changesFrom(there, read.policy, model) };
}

/** Who reaches what by the new policy and not by the old one, or the other way round. */
function changesFrom(there: string | undefined, policy: Policy, { expectations }: TailnetModel): Expectation[] {
  const before = there === undefined || there.trim() === "" ? undefined : readPolicy(there);
  return before?.kind === "policy"
    ? expectations.filter((it) => reaches(before.policy, it.visitor, it) !== reaches(policy, it.visitor, it))
    : expectations.filter(({ open }) => open);
}

/** Has it nothing in it? */
function isEmpty(text: string): boolean {
  const read = readPolicy(text);
  return read.kind === "policy" && (read.root.children ?? []).length === 0;
}

/** What a new tailnet has: nothing, or rules that let everybody in and name nobody. */
function isUntouched(text: string): boolean {
  if (text.trim() === "") {
    return true;
  }
  const read = readPolicy(text);
  if (read.kind === "broken" || takeOut(text).marked) {
    return false;
  }
  const { groups, hosts, tagOwners, tests, grants = [], acls = [] } = read.policy;
  const names = [groups, hosts, tagOwners].flatMap((it) => Object.keys(it));
  const everybody = [...grants, ...acls].every(({ src, dst }) => [...src, ...dst].every((it) => /^\*(:\*)?$/.test(it)));
  return names.length === 0 && tests.length === 0 && everybody;
}
