import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { audiences } from "../../model/audience.js";
import { MAX_PORT } from "../../model/compose/ports.js";
import { listens } from "../../model/compose/service.js";
import { form } from "../../model/yaml/complaint.js";
import { HomelabError } from "../../model/yaml/problem.js";
import type { Problem } from "../../model/yaml/problem.js";
import { mapping, parseWith } from "../../model/yaml/schema.js";
import { parseSource } from "../../model/yaml/source.js";
import { UserError } from "../lib/command.js";

/** What only the owner can say of a service. */
const ofService = mapping({
  /** With its version. */
  image: z.string().optional(),
  /** Who may reach its ports, unless a port says so itself. */
  audience: audiences.optional(),
  /** With network_mode: host. */
  listens: listens.optional(),
  /** Which ports of the host its own are published at: 80/tcp: 8081. */
  ports: z
    .record(
      form(/^[1-9]\d{0,4}\/(tcp|udp)$/, "is not a port of a container", { prose: "write it as 80/tcp or 53/udp" }),
      z.int().min(1).max(MAX_PORT),
    )
    .optional(),
  "privileged-reason": z.string().optional(),
  "socket-reason": z.string().optional(),
  "mount-reason": z.string().optional(),
});
export type ServiceAnswers = z.infer<typeof ofService>;

/** What only the owner can say of a network. */
const ofNetwork = mapping({
  /** It goes without IPv6. */
  enable_ipv6: z.literal(false).optional(),
});
type NetworkAnswers = z.infer<typeof ofNetwork>;
/** Of a service or of a network, which have no key in common. */
export type Answer = ServiceAnswers & NetworkAnswers;

const schema = mapping({
  audience: audiences.optional(),
  services: z.record(z.string(), ofService).default({}),
  networks: z.record(z.string(), ofNetwork).default({}),
  values: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)).default({}),
});

/** What the owner answers when a Compose file is taken over: the same on a terminal and in an answers file. */
export interface Answers {
  /** Who may reach the ports that do not say, of all services; @default none, and it is asked */
  readonly audience?: readonly string[] | undefined;
  readonly services: Readonly<Record<string, ServiceAnswers>>;
  readonly networks: Readonly<Record<string, NetworkAnswers>>;
  /** What variables of the file stand for. */
  readonly values: Readonly<Record<string, string>>;
}

export const NO_ANSWERS: Answers = { services: {}, networks: {}, values: {} };

/**
 * The answers of a file.
 *
 * @param directory that a relative path begins at
 * @throws UserError if it is not there, HomelabError with each mistake and its line
 */
export function answersIn(directory: string, file: string): Answers {
  const path = resolve(directory, file);
  if (!existsSync(path)) {
    throw new UserError(`${file} is not there`);
  }
  const source = parseSource(file, readFileSync(path, "utf8"));
  const problems: Problem[] = [];
  const answers = parseWith(schema, source.data, source, [], problems);
  if (answers === undefined) {
    throw new HomelabError(problems);
  }
  return answers;
}

/** The same with another answer. */
export function withAnswer(
  answers: Answers,
  { section, name }: { readonly section: "services" | "networks"; readonly name: string },
  more: Answer,
): Answers {
  const before: Answer | undefined = answers[section][name];
  const ports = more.ports === undefined ? {} : { ports: { ...before?.ports, ...more.ports } };
  return { ...answers, [section]: { ...answers[section], [name]: { ...before, ...more, ...ports } } };
}
