import type { z } from "zod";
import { complaintOf } from "./complaint.js";
import type { Complaint } from "./complaint.js";
import type { Path } from "./source.js";
import { closest } from "./suggest.js";

type Issue = z.core.$ZodIssue;
type Union = z.core.$ZodIssueInvalidUnion;

/** The kinds of value that a YAML file can hold, in its own words. */
const KINDS: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "a mapping",
  record: "a mapping",
  array: "a list",
  tuple: "a list",
};

/** The formats of strings that zod knows and this program uses. */
const FORMATS: Readonly<Record<string, { readonly what: string; readonly prose: string }>> = {
  ipv4: { what: "an IPv4 address", prose: "write four numbers from 0 to 255 with dots between them" },
  cidrv4: { what: "an IPv4 subnet", prose: "write it as 192.168.1.0/24" },
};

/** A complaint, and where in the data it belongs. */
export interface Located extends Complaint {
  readonly path: Path;
}

/**
 * What the issues of a failed parse mean: the one place that puts the failures of schemas into words. Needs the input
 * in the issues (`reportInput`). Checks of ours bring their own complaint.
 */
export function complaintsIn(issues: readonly Issue[], at: Path = []): Located[] {
  return issues.flatMap((issue) => {
    const path = [...at, ...issue.path.map((step) => (typeof step === "symbol" ? String(step) : step))];
    if (issue.code === "invalid_key") {
      return complaintsIn(issue.issues, path);
    }
    const meant = issue.code === "invalid_union" ? meantBranch(issue) : undefined;
    return meant === undefined ? [{ ...explain(issue, path.at(-1)), path }] : complaintsIn(meant, path);
  });
}

/** @param step the last of the path: a key, or a place in a list */
function explain(issue: Issue, step: Path[number] | undefined): Complaint {
  switch (issue.code) {
    case "custom":
      return complaintOf(issue);
    case "invalid_type":
      return issue.input === undefined ? required(step) : ofAnotherKind(expected(issue), issue.input);
    case "invalid_value":
      return notOneOf(expected(issue), issue.input, step);
    case "invalid_format":
      return ofAnotherFormat(issue);
    case "invalid_union":
      return inNoBranch(issue, step);
    case "too_small":
      return { code: "out-of-range", message: tooSmall(issue), remedies: [] };
    case "too_big":
      return { code: "out-of-range", message: `must be at most ${issue.maximum}`, remedies: [] };
    case "unrecognized_keys":
      return { code: "unknown-key", message: `has unknown keys: ${issue.keys.join(", ")}`, remedies: [] };
    default:
      return { code: "malformed", message: "is not valid", remedies: [] };
  }
}

/** What would have been right instead; nothing for what has a reason of its own, or cannot be in YAML. */
function expected(issue: Issue): string[] {
  const words = (word: string | undefined): string[] => (word === undefined ? [] : [word]);
  switch (issue.code) {
    case "invalid_type":
      return words(KINDS[issue.expected]);
    case "invalid_value":
      return issue.values.map(String);
    case "invalid_format":
      return words(FORMATS[issue.format]?.what);
    case "invalid_union":
      return "options" in issue ? (issue.options ?? []).map(String) : issue.errors.flat().flatMap(expected);
    default:
      return [];
  }
}

/** The branch of a union that was meant: the one that takes this kind of value, if its complaint is more than that. */
function meantBranch(issue: Union): readonly Issue[] | undefined {
  const fitting = fittingBranches(issue);
  return fitting.length < 2 ? fitting[0] : fitting.find((branch) => branch.every((it) => expected(it).length === 0));
}

const fittingBranches = ({ errors }: Union): Issue[][] => errors.filter((branch) => !branch.some(isOfAnotherKind));

/** Is it not even the kind of value (string, list, mapping) that this branch of a union takes? */
function isOfAnotherKind(issue: Issue): boolean {
  if (issue.path.length > 0) {
    return false;
  }
  switch (issue.code) {
    case "invalid_type":
      return true;
    case "invalid_value":
      return !issue.values.some((value) => typeof value === typeof issue.input);
    case "invalid_union":
      return issue.errors.length > 0 && fittingBranches(issue).length === 0;
    default:
      return false;
  }
}

function inNoBranch(issue: Union, step: Path[number] | undefined): Complaint {
  if ("options" in issue) {
    const { input, discriminator = "" } = issue;
    return notOneOf(expected(issue), (input as Readonly<Record<string, unknown>>)[discriminator], discriminator);
  }
  if (issue.input === undefined) {
    return required(step);
  }
  const fitting = fittingBranches(issue).flat();
  return fitting.length === 0
    ? ofAnotherKind(expected(issue), issue.input)
    : notOneOf(fitting.flatMap(expected), issue.input, step);
}

const required = (step: Path[number] | undefined, values: readonly string[] = []): Complaint => ({
  code: "missing-value",
  message: "is required",
  remedies: [
    { prose: `add ${typeof step === "string" ? `${step}:` : "it"}${values.length === 0 ? "" : ` ${oneOf(values)}`}` },
  ],
});

function ofAnotherKind(kinds: readonly string[], input: unknown): Complaint {
  if (input === null) {
    const remedies = [{ prose: "give it a value" }, { prose: "remove the line" }];
    return { code: "wrong-type", message: `must be ${oneOf(kinds)}, but is empty`, remedies };
  }
  const prose = inTheRightForm(kinds, input);
  return {
    code: "wrong-type",
    message: `must be ${oneOf(kinds)}, not ${kindOf(input, kinds)}`,
    remedies: prose === undefined ? [] : [{ prose }],
  };
}

const SWITCHES: Readonly<Record<string, boolean>> = { yes: true, on: true, y: true, no: false, off: false, n: false };

/** How to write what was written, so that it is of the right kind; undefined where that cannot be told. */
function inTheRightForm(kinds: readonly string[], input: unknown): string | undefined {
  const { string, boolean, array, object } = KINDS;
  const takes = (kind: string | undefined): boolean => kinds.some((it) => it === kind);
  const wants = (kind: string | undefined): boolean => takes(kind) && kinds.length === 1;
  switch (typeof input) {
    case "string": {
      const meant = SWITCHES[input.toLowerCase()];
      if (takes(boolean) && meant !== undefined) {
        return `write ${meant}`;
      }
      return wants(array)
        ? "put [ ] around it"
        : wants(object)
          ? "write KEY: VALUE, with a space after the colon"
          : undefined;
    }
    case "number":
    case "boolean":
      return wants(string) ? "put it in quotes" : wants(array) ? "put [ ] around it" : undefined;
    default:
      return undefined;
  }
}

function notOneOf(values: readonly string[], input: unknown, step: Path[number] | undefined): Complaint {
  if (input === undefined) {
    return required(step, values);
  }
  const meant = typeof input === "string" ? closest(input, values) : undefined;
  const remedies = meant === undefined ? [] : [{ prose: `write ${meant}` }];
  return { code: "unknown-value", message: `must be ${oneOf(values)}`, remedies };
}

function ofAnotherFormat({ format }: z.core.$ZodIssueInvalidStringFormat): Complaint {
  const { what, prose } = FORMATS[format] ?? { what: `of the form ${format}`, prose: undefined };
  return { code: "malformed", message: `is not ${what}`, remedies: prose === undefined ? [] : [{ prose }] };
}

function tooSmall({ origin, minimum, inclusive }: z.core.$ZodIssueTooSmall): string {
  if (minimum === 1 && (origin === "string" || origin === "array")) {
    return "must not be empty";
  }
  return `must be ${inclusive === false ? "more than" : "at least"} ${minimum}${UNITS[origin] ?? ""}`;
}

/** Of what can be too short. */
const UNITS: Readonly<Record<string, string>> = { string: " characters long", array: " entries long" };

/** `a`, `a or b`, `a, b or c`; each once. */
function oneOf(choices: readonly string[]): string {
  const distinct = [...new Set(choices)];
  const last = distinct.at(-1) ?? "something else";
  return distinct.length < 2 ? last : `${distinct.slice(0, -1).join(", ")} or ${last}`;
}

/** A number is told where a number is due; elsewhere it could be a password. */
function kindOf(value: unknown, expectedKinds: readonly string[]): string {
  if (typeof value === "boolean" || (typeof value === "number" && expectedKinds.includes(KINDS["int"] ?? ""))) {
    return String(value);
  }
  const kind = Array.isArray(value) ? "array" : typeof value;
  return KINDS[kind] ?? kind;
}
