import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { withSchema } from "../../lib/editor-schema.js";
import { join } from "node:path";
import { parse } from "yaml";
import { SAMPLE_DOMAIN } from "../../../model/config/placeholders.js";
import { UserError } from "../../lib/command.js";
import { flagOf } from "../answers.js";
import { hostQuestions, hostsIn } from "../host-questions.js";
import type { Find } from "../host-questions.js";
import { hostsMistake, rolesOf, togetherMistake } from "../hosts.js";
import { findHosts, ownAddress } from "../lan.js";
import type { Answers, Question } from "../question.js";
import type { Setup, Step } from "../steps.js";
import { declarationOf } from "../template.js";
import { ownZone } from "../zone.js";

/** Reserved for homes (RFC 8375). */
const NO_DOMAIN = "home.arpa";
const DOMAIN = /^([a-z0-9-]+\.)+[a-z]{2,}$/;
const ZONE = /^[A-Za-z0-9_+-]+(\/[A-Za-z0-9_+-]+)*$/;
const NONE = "none";

/** Writes the stack's configuration: hosts, what each is for, the domain. One that the owner has made or edited stays. */
export function declaration(find: Find = findHosts): Step {
  const searched = new Map<string, ReturnType<Find>>();
  const once: Find = (subnet) => {
    const result = searched.get(subnet) ?? find(subnet);
    searched.set(subnet, result);
    return result;
  };
  return {
    title: "Configuration",
    find: (setup) => Promise.resolve(describe(setup)),
    questions: (setup) => questions(setup, once),
    act: async (setup) => {
      const text = declarationIn(setup.answers);
      const mistake = text === undefined ? undefined : togetherMistake(hostsIn(setup.answers));
      if (mistake !== undefined) {
        throw new UserError(`${mistake}: nothing was written. Run npm run setup again.`);
      }
      if (text !== undefined) {
        await writeFile(fileOf(setup), withSchema(fileOf(setup), text, "stack"));
      }
      return `${nameOf(setup)} ${text === undefined ? "stays as it is" : "is written"}`;
    },
  };
}

const nameOf = ({ stack }: Setup): string => `Pulumi.${stack}.yaml`;
const fileOf = (setup: Setup): string => join(setup.directory, nameOf(setup));

interface StackYaml {
  readonly config?: { readonly "homelab:domain"?: unknown; readonly "homelab:hosts"?: object };
}

const contentOf = (setup: Setup): StackYaml => (parse(readFileSync(fileOf(setup), "utf8")) ?? {}) as StackYaml;

/** What the owner's own configuration has; undefined where there is none but the sample. */
function describe(setup: Setup): string | undefined {
  if (!existsSync(fileOf(setup))) {
    return undefined;
  }
  const { config } = contentOf(setup);
  const hosts = Object.keys(config?.["homelab:hosts"] ?? {}).join(", ");
  return config?.["homelab:domain"] === SAMPLE_DOMAIN || hosts === "" ? undefined : `${nameOf(setup)} has ${hosts}`;
}

/** Is the configuration what it will be: the owner's own, or the sample because they said so? */
export const isSettled = (setup: Setup): boolean =>
  describe(setup) !== undefined || setup.answers.get("replace") === "no";

/** What the configuration is to say once all is answered; undefined where the one that is there stays. */
export function declarationIn(answers: Answers): string | undefined {
  if (answers.get("replace") === "no") {
    return undefined;
  }
  const domain = answers.get("domain") ?? NONE;
  return declarationOf({
    hosts: hostsIn(answers),
    domain: domain === NONE ? NO_DOMAIN : domain,
    timezone: answers.get("timezone") ?? ownZone(),
    ownAddress: ownAddress(),
    woodpecker:
      answers.get("woodpecker") === "yes"
        ? { admin: answers.get("woodpecker-admin") ?? "", client: answers.get("woodpecker-client") ?? "" }
        : undefined,
  });
}

async function questions(setup: Setup, find: Find): Promise<readonly Question[]> {
  const { answers, given, prompter } = setup;
  const replace = existsSync(fileOf(setup)) ? [replaceQuestion(setup)] : [];
  if ((answers.get("replace") ?? given.get("replace")) === "no") {
    return replace;
  }
  // Where nobody can be asked, what is missing is to be known at once.
  if (!answers.has("host") && (!prompter.interactive || given.has("host"))) {
    return [...replace, hosts, ...timezone(given)];
  }
  if (prompter.interactive && replace.some(({ name }) => !answers.has(name))) {
    return replace;
  }
  const open = answers.has("host") ? [] : await hostQuestions(answers, find);
  return open.some(({ name }) => !answers.has(name)) ? open : [...timezone(given), ...aboutServices(answers)];
}

function replaceQuestion(setup: Setup): Question {
  const names = Object.keys(contentOf(setup).config?.["homelab:hosts"] ?? {}).join(", ");
  return {
    name: "replace",
    kind: "yes-no",
    text: `${nameOf(setup)} is the repository's sample (${names || "no hosts"}). Replace it?`,
    ...(setup.prompter.interactive && { fallback: "yes" }),
    beforehand: flagOf("replace"),
  };
}

const hosts: Question = {
  name: "host",
  kind: "line",
  text: "The hosts, each with its name, its address and what it is for",
  beforehand: flagOf("host"),
  check: hostsMistake,
};

/** Never asked, since this machine knows it; a flag may say another. */
const timezone = (given: Answers): readonly Question[] =>
  given.has("timezone")
    ? [
        {
          name: "timezone",
          kind: "line",
          text: "Time zone",
          beforehand: flagOf("timezone"),
          check: (zone) => (ZONE.test(zone) ? undefined : `"${zone}" is not a time zone, such as Europe/Berlin`),
        },
      ]
    : [];

function aboutServices(answers: Answers): readonly Question[] {
  const roles = hostsIn(answers).flatMap(({ purpose }) => rolesOf(purpose));
  const controller = hostsIn(answers).find(({ purpose }) => rolesOf(purpose).includes("ci"));
  return [
    {
      name: "domain",
      kind: "line",
      text: `Domain below which the names of services lie, such as example.org (none: ${NO_DOMAIN})`,
      fallback: NONE,
      check: (text) =>
        text === NONE || DOMAIN.test(text) ? undefined : `"${text}" is not a domain, such as example.org`,
      beforehand: flagOf("domain"),
    },
    ...(roles.includes("ci")
      ? [
          {
            name: "woodpecker",
            kind: "yes-no",
            text: "Woodpecker builds what you push to GitHub, and needs an OAuth app of yours there. Do you have one?",
            fallback: "no",
            beforehand: flagOf("woodpecker"),
          } as const,
        ]
      : []),
    ...(answers.get("woodpecker") === "yes" ? github(controller?.address ?? "CI-ADDRESS") : []),
  ];
}

const github = (address: string): readonly Question[] => [
  {
    name: "woodpecker-admin",
    kind: "line",
    text: "Your user name on GitHub",
    check: (text) => (/^[A-Za-z0-9-]+(,[A-Za-z0-9-]+)*$/.test(text) ? undefined : "write it as GitHub has it"),
    beforehand: flagOf("woodpecker-admin"),
  },
  {
    name: "woodpecker-client",
    kind: "line",
    text: `Client ID of the OAuth app: https://github.com/settings/developers, callback http://${address}:8000/authorize`,
    check: (text) => (/^[A-Za-z0-9.]+$/.test(text) ? undefined : "write it as GitHub shows it, such as Ov23li…"),
    beforehand: flagOf("woodpecker-client"),
  },
];
