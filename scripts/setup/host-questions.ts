import { flagOf } from "./answers.js";
import { addressMistake, broughtBy, hostIn, nameMistake, PURPOSES, togetherMistake } from "./hosts.js";
import type { NewHost, Purpose } from "./hosts.js";
import { ownAddress, searchable, subnetMistake } from "./lan.js";
import type { Found } from "./lan.js";
import { listOf } from "./question.js";
import type { Answers, Question } from "./question.js";

const NONE = "none";

/** Looks for hosts of a subnet. */
export type Find = (subnet: string) => Promise<readonly Found[]>;

/** Finds hosts in the subnet that the owner confirms, and asks what each is called and what it is for. */
export async function hostQuestions(answers: Answers, find: Find): Promise<readonly Question[]> {
  const beforehand = flagOf("host");
  const subnet = answers.get("subnet");
  if (subnet === undefined) {
    const own = ownAddress();
    return [
      {
        name: "subnet",
        kind: "line",
        text: "Look for hosts that answer SSH in which subnet? (none: type their addresses)",
        fallback: own === undefined ? NONE : searchable(own),
        check: (text) => (text === NONE ? undefined : subnetMistake(text)),
        beforehand,
      },
    ];
  }
  const found = subnet === NONE ? [] : await find(subnet);
  if (!answers.has("more")) {
    return [
      ...(found.length === 0
        ? []
        : [
            {
              name: "found",
              kind: "some",
              text: `${found.length} machines answer. Which are hosts of the homelab? (space selects)`,
              choices: found.map(({ address, banner }) => ({ value: address, label: address, hint: banner })),
              beforehand,
            } as const,
          ]),
      {
        name: "more",
        kind: "line",
        text: `Addresses of ${found.length === 0 ? "the" : "further"} hosts, with blanks between them`,
        ...(found.length > 0 && { fallback: NONE }),
        check: (text) => moreMistake(text, answers),
        beforehand,
      },
    ];
  }
  const addresses = addressesIn(answers);
  const next = addresses.findIndex((address) => hostAt(answers, address) === undefined);
  return (next < 0 ? [] : addresses.slice(next, next + 1)).flatMap((address) =>
    hostNamed(answers, address, addresses.slice(0, next)),
  );
}

function moreMistake(text: string, answers: Answers): string | undefined {
  if (text === NONE) {
    return listOf(answers.get("found")).length === 0 ? "name at least one host" : undefined;
  }
  return listOf(text)
    .map(addressMistake)
    .find((it) => it !== undefined);
}

const addressesIn = (answers: Answers): string[] => [
  ...new Set([...listOf(answers.get("found")), ...listOf(answers.get("more"))].filter((it) => it !== NONE)),
];

/** What is asked about one host, after those before it. */
function hostNamed(answers: Answers, address: string, before: readonly string[]): Question[] {
  const beforehand = flagOf("host");
  const others = before.flatMap((it) => hostAt(answers, it) ?? []);
  return [
    {
      name: `name:${address}`,
      kind: "line",
      text: `Name of ${address}`,
      check: (name) =>
        nameMistake(name) ?? (others.some((it) => it.name === name) ? `${name} is the name of another` : undefined),
      beforehand,
    },
    {
      name: `purpose:${address}`,
      kind: "one",
      text: `What is ${address} for?`,
      choices: PURPOSES.map((value) => ({ value, label: `${value}: ${broughtBy(value)}` })),
      // An agent may come before its controller: what does not fit together at the end is said by the check.
      check: (purpose) =>
        togetherMistake([
          ...others,
          { name: address, address, purpose: purpose as Purpose },
          ...(purpose === "agent" || others.some((it) => it.purpose === "agent") ? [SOME_CONTROLLER] : []),
        ]),
      beforehand,
    },
  ];
}

const SOME_CONTROLLER: NewHost = { name: "", address: "", purpose: "ci" };

function hostAt(answers: Answers, address: string): NewHost | undefined {
  const name = answers.get(`name:${address}`);
  const purpose = answers.get(`purpose:${address}`);
  return name === undefined || purpose === undefined ? undefined : { name, address, purpose: purpose as Purpose };
}

/** The hosts that the answers name. */
export const hostsIn = (answers: Answers): NewHost[] =>
  answers.has("host")
    ? listOf(answers.get("host")).flatMap((text) => {
        const host = hostIn(text);
        return typeof host === "string" ? [] : [host];
      })
    : addressesIn(answers).flatMap((address) => hostAt(answers, address) ?? []);
