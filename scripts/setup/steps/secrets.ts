import { readFrom } from "../../../model/load.js";
import { readDeclared } from "../../../model/services/declared.js";
import type { DeclaredService } from "../../../model/services/declared.js";
import { neededSecrets } from "../../../model/services/secrets.js";
import type { NeededSecret } from "../../../model/services/secrets.js";
import type { ReadFile, ServiceModel } from "../../../model/types.js";
import { declarationDirectories } from "../../lib/project.js";
import { StackFile } from "../../lib/stack-file.js";
import { makeMissingSecrets } from "../../secrets/secrets.js";
import { secretBeforehand } from "../answers.js";
import { hostsIn } from "../host-questions.js";
import type { Question } from "../question.js";
import type { Setup, Step } from "../steps.js";
import { declarationIn, isSettled } from "./declaration.js";
import { stackOf } from "./stack.js";

/** The answer that leaves a service off. */
const NONE = "none";

/** Makes the secrets that may be random, and asks for the others; a service whose secret nobody has stays off. */
export const secrets: Step = {
  title: "Secrets",
  find: (setup) => {
    const declared = isSettled(setup) ? declaredIn(setup) : undefined;
    const complete = declared?.needed.every(({ present }) => present) ?? false;
    return Promise.resolve(complete ? `all ${declared?.needed.length ?? 0} are there` : undefined);
  },
  questions: (setup) =>
    Promise.resolve(onlyOwners(declaredIn(setup)).map((secret) => question(secret, setup.prompter.interactive))),
  act: async (setup) => {
    const declared = declaredIn(setup);
    const answered = onlyOwners(declared).map(({ name, usedBy }) => ({
      name,
      usedBy,
      value: setup.answers.get(nameOf(name)) ?? NONE,
    }));
    const off = withDependents(
      answered.filter(({ value }) => value === NONE).flatMap(({ usedBy }) => usedBy.map(serviceIn)),
      declared.services,
    );
    const file = StackFile.read(setup.directory, setup.stack);
    off.forEach((service) => {
      file.switchOff(service);
    });
    await file.save();
    const stack = stackOf(setup);
    await stack.select();
    for (const { name, value } of answered.filter((it) => it.value !== NONE)) {
      await stack.setSecret(name, value);
    }
    const { made, present } = await makeMissingSecrets(stack, declarationDirectories(setup.directory));
    const rest = off.length === 0 ? "" : `; off, because nobody has their secret: ${off.join(", ")}`;
    return `${made.length} made, ${present.length} there${rest}`;
  },
};

const nameOf = (secret: string): string => `secret:${secret}`;
const serviceIn = (usedBy: string): string => usedBy.split("/").at(-1) ?? usedBy;

/** The secrets that are needed, and the services that are on. */
interface DeclaredSecrets {
  readonly needed: readonly NeededSecret[];
  readonly services: readonly DeclaredService[];
}

/** Those of the configuration; of the one that is still to be written, where all answers for it are there. */
function declaredIn(setup: Setup): DeclaredSecrets {
  const name = `Pulumi.${setup.stack}.yaml`;
  const files = readFrom(declarationDirectories(setup.directory));
  const settled = isSettled(setup);
  if (!settled && hostsIn(setup.answers).length === 0) {
    return { needed: [], services: [] };
  }
  const planned = settled ? undefined : declarationIn(setup.answers);
  const read: ReadFile = (file) => (file === name && planned !== undefined ? { text: planned } : files(file));
  const declared = readDeclared(setup.stack, read);
  return { needed: neededSecrets(declared), services: declared.services };
}

const onlyOwners = ({ needed }: DeclaredSecrets): NeededSecret[] =>
  needed.filter(({ present, generate }) => !present && generate === undefined);

const question = ({ name, usedBy, obtain }: NeededSecret, interactive: boolean): Question => ({
  name: nameOf(name),
  kind: "hidden",
  text:
    `${name}, for ${usedBy.join(", ")}${obtain === undefined ? "" : `: ${obtain}`}` +
    (interactive ? `\nWithout a value, ${[...new Set(usedBy.map(serviceIn))].join(" and ")} stays off.` : ""),
  ...(interactive && { fallback: NONE }),
  beforehand: secretBeforehand(name),
});

/** Services, with those that cannot run without them. */
export function withDependents(
  names: readonly string[],
  services: readonly { readonly service: Pick<ServiceModel, "name" | "dependsOn"> }[],
): string[] {
  const off = new Set(names);
  for (let before = -1; before < off.size;) {
    before = off.size;
    services
      .filter(({ service }) => service.dependsOn.some((it) => off.has(it)))
      .forEach(({ service }) => off.add(service.name));
  }
  return [...off];
}
