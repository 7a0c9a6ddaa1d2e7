import { Document, parse } from "yaml";
import { audience } from "../../model/audience.js";
import { isPort, MAX_PORT, ports as portsSchema } from "../../model/compose/ports.js";
import type { ComposePort } from "../../model/compose/ports.js";
import type { ProblemCode } from "../../model/yaml/codes.js";
import { complaintsIn } from "../../model/yaml/explain.js";
import type { Problem } from "../../model/yaml/problem.js";
import { withRemedies } from "../../model/yaml/remedy.js";
import { UserError } from "../lib/command.js";
import type { Answer, ServiceAnswers } from "./answers.js";

/** A decision that only the owner can take. */
export interface Question {
  /** What it is about: a service or a network, and which. */
  readonly section: "services" | "networks";
  readonly name: string;
  readonly key: keyof Answer;
  /** What of the service it is about, if there may be several, as the port 80/tcp. */
  readonly about?: string;
  readonly text: string;
  /** What an empty answer means; undefined if it leaves the question open. */
  readonly fallback: string | undefined;
  /** Another answer may help where one did not; @default false */
  readonly again?: boolean;
  /** What an answers file may say, as its template has it; @default what is there for every service */
  readonly example?: unknown;
  /** @throws UserError for an answer that is none */
  readonly read: (answer: string) => Answer;
  /** For the key image: the image without a tag, as its registry knows it. */
  readonly image?: string;
}

type Asking = Omit<Question, "section" | "name">;

/** What a question needs of a service. */
interface Asked {
  readonly image?: unknown;
  readonly network_mode?: unknown;
  readonly ports?: unknown;
}

/** What is asked for which problem of a service; undefined if the problem is another there. */
const ASKED: Partial<Record<ProblemCode, (service: string, it: Asked, problem: Problem) => Asking | undefined>> = {
  "no-audience": (service) => ({
    key: "audience",
    text: `Who may reach the ports of ${service}? lan, tailnet, containers, localhost, role:ROLE, host:NAME, or several`,
    fallback: "lan",
    read: (answer) => ({ audience: audiencesIn(answer) }),
  }),
  "untagged-image": whichVersion,
  "moving-tag": whichVersion,
  "no-listens": whichPorts,
  // Docker publishes none of them there, but they say on what the service listens.
  "useless-ports": (service, it) => (it.network_mode === "host" ? whichPorts(service, it) : undefined),
  "random-port": (service, it, { path }) =>
    whichHostPort(it, path, ({ target, protocol }) => ({
      text: `Which port of the host is port ${target}/${protocol} of ${service} to have?`,
      proposal: target,
    })),
  "duplicate-port": (service, it, { path, message }) =>
    whichHostPort(it, path, ({ target, protocol, published = target }) => ({
      text: `${service}: ${message}. Which one is port ${target}/${protocol} of ${service} to have?`,
      proposal: nextPort(published),
    })),
  "socket-without-reason": (service) => ({
    key: "socket-reason",
    text: `${service} has Docker's socket, which gives root on the host. Why?`,
    fallback: undefined,
    read: (answer) => ({ "socket-reason": answer }),
  }),
  "privileged-without-reason": (service) => ({
    key: "privileged-reason",
    text: `${service} is privileged, and has root on the host. Why?`,
    fallback: undefined,
    read: (answer) => ({ "privileged-reason": answer }),
  }),
  "ipv6-network": (network) => ({
    key: "enable_ipv6",
    text: `The network ${network} is to have IPv6, and containers are reached over IPv4 here. May it go without?`,
    fallback: "yes",
    read: (answer) => ({ enable_ipv6: withoutIpv6(answer, network) }),
  }),
  "mount-without-reason": (service) => ({
    key: "mount-reason",
    text: `${service} sees directories of the host's system. Why?`,
    fallback: undefined,
    read: (answer) => ({ "mount-reason": answer }),
  }),
};

function whichPorts(service: string, { ports }: Asked): Asking {
  const words = entriesOf(ports)
    .flat()
    .map(({ target, protocol }) => (protocol === "tcp" ? String(target) : `${target}/${protocol}`));
  const fallback = words.length === 0 ? undefined : words.join(", ");
  return {
    key: "listens",
    text: `${service} has the host's own network. Which of its ports are for the LAN, as in 8123, 5353/udp, or none?`,
    fallback,
    ...(fallback !== undefined && { example: listensIn(fallback) }),
    read: (answer) => ({ listens: listensIn(answer) }),
  };
}

/** The ports of each entry of a list; none where it cannot be read. */
const entriesOf = (ports: unknown): readonly (readonly ComposePort[])[] =>
  Array.isArray(ports) ? ports.map((entry: unknown) => portsSchema.safeParse([entry]).data?.flat() ?? []) : [];

/** What is asked of the one port of a container that a path leads to; undefined if it leads to none, or to several. */
function whichHostPort(
  { ports }: Asked,
  path: string,
  ask: (port: ComposePort) => { text: string; proposal: number },
): Asking | undefined {
  const [, at] = /\.ports\[(\d+)\]$/.exec(path) ?? [];
  const list = entriesOf(ports);
  const [port, more] = (at !== undefined && list[Number(at)]) || [];
  if (port === undefined || more !== undefined) {
    return undefined;
  }
  const about = `${port.target}/${port.protocol}`;
  if (list.flat().filter(({ target, protocol }) => `${target}/${protocol}` === about).length !== 1) {
    return undefined; // an answer would not say which
  }
  const { text, proposal } = ask(port);
  return {
    key: "ports",
    about,
    text,
    fallback: String(proposal),
    again: true,
    example: { [about]: proposal },
    read: (answer) => ({ ports: { [about]: portIn(answer) } }),
  };
}

/** The port to propose where another program has one: the usual one above those that need root, and then the next. */
const nextPort = (port: number): number => (port < 1024 ? 8000 + port : port < MAX_PORT ? port + 1 : 1024);

function whichVersion(service: string, { image }: Asked): Asking {
  // The tag may be a value that is latest, as in nginx:${TAG:-latest}.
  const name = typeof image === "string" ? image.replace(/:(latest|\$\{.*\}|\$\w+)$/, "") : "";
  return {
    key: "image",
    image: name,
    text: `Which version of ${name} is ${service} to run?`,
    fallback: undefined,
    read: (answer) => ({ image: answer.startsWith(`${name}:`) ? answer : `${name}:${tagIn(answer)}` }),
  };
}

/**
 * The questions that are behind the problems of a Compose file, each once.
 *
 * @param text the file
 */
export function questionsBehind(problems: readonly Problem[], text: string): Question[] {
  const file = parse(text, { merge: true }) as Partial<Record<Question["section"], Record<string, Asked | null>>>;
  const questions = problems.flatMap((problem): Question[] => {
    const [, section, name = ""] = /^(services|networks)\.([^.[\]]+)/.exec(problem.path) ?? [];
    if (section !== "services" && section !== "networks") {
      return [];
    }
    const it = file[section]?.[name];
    const asked = it == null ? undefined : ASKED[problem.code]?.(name, it, problem);
    return asked === undefined ? [] : [{ section, name, ...asked }];
  });
  return [...new Map(questions.map((it) => [subjectOf(it), it])).values()];
}

/** What a question is about: two of one subject are the same. */
export const subjectOf = ({ section, name, key, about = "" }: Question): string => `${section} ${name} ${key} ${about}`;

/** Examples of what an answers file may say, in the order of the questions. */
const EXAMPLES: Readonly<Record<keyof Answer, unknown>> = {
  image: "IMAGE:TAG",
  audience: ["lan"],
  listens: [{ port: 8080, protocol: "tcp", audience: ["lan"] }],
  ports: { "80/tcp": 8080 },
  "privileged-reason": "WHY",
  "socket-reason": "WHY",
  "mount-reason": "WHY",
  enable_ipv6: false,
};

/** An answers file with a place for each answer. */
export function answersTemplate(questions: readonly Question[]): string {
  const document = new Document({});
  for (const { section, name, key, example = EXAMPLES[key] } of questions) {
    const place = [section, name, key];
    if (key === "ports" && document.hasIn(place)) {
      for (const [port, published] of Object.entries(example as object)) {
        document.setIn([...place, port], published);
      }
    } else {
      document.setIn(place, document.createNode(example, { flow: true }));
    }
  }
  return document.toString({ lineWidth: 0 });
}

/** @throws UserError for what is no audience */
export function audiencesIn(text: string): ServiceAnswers["audience"] & object {
  return text.split(",").map((who) => {
    const result = audience.safeParse(who.trim(), { reportInput: true });
    if (!result.success) {
      const wrong = complaintsIn(result.error.issues).map(({ message, remedies }) => withRemedies(message, remedies));
      throw new UserError(wrong.join("; "));
    }
    return result.data;
  });
}

function listensIn(text: string): ServiceAnswers["listens"] & object {
  const words = text.split(/[\s,]+/).filter((it) => it !== "" && it !== "none");
  return words.map((word) => {
    const [, port = "", protocol = "tcp"] = /^(\d{1,5})(?:\/(tcp|udp))?$/.exec(word) ?? [];
    if (!isPort(Number(port))) {
      throw new UserError(`${word} is not a port: write it as 8123 or 5353/udp`);
    }
    return { port: Number(port), protocol: protocol === "udp" ? "udp" : "tcp", audience: ["lan"] };
  });
}

function portIn(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (!isPort(port)) {
    throw new UserError(`${text} is not a port: write a number from 1 to ${MAX_PORT}`);
  }
  return port;
}

function withoutIpv6(answer: string, network: string): false {
  if (!/^(yes|y)$/i.test(answer)) {
    const command = `docker network create --ipv6 ${network}`;
    throw new UserError(
      `Then make it on the host, ${command}, and write external: true and name: ${network} in place of the rest`,
    );
  }
  return false;
}

function tagIn(text: string): string {
  if (!/^\w[\w.-]{0,127}(@sha256:[0-9a-f]{64})?$/.test(text) || text === "latest") {
    throw new UserError(`${text} is not a version: write the tag of an image, such as 1.29`);
  }
  return text;
}
