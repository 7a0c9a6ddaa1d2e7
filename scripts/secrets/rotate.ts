import { BACKUP_PASSWORD } from "../../model/config/backups.js";
import type { Declared } from "../../model/services/declared.js";
import { neededSecrets } from "../../model/services/secrets.js";
import type { NeededSecret } from "../../model/services/secrets.js";
import type { HostModel } from "../../model/types.js";
import { remedyText } from "../../model/yaml/remedy.js";
import { commandLine } from "../../model/command-line.js";
import { UserError } from "../lib/command.js";
import { placeOf, serviceOn } from "../lib/find-service.js";
import type { PlacedService } from "../lib/find-service.js";
import { VARIABLE } from "../lib/notify/secret-source.js";
import { mustRun } from "../lib/on-host.js";
import type { PulumiStack } from "../lib/pulumi-stack.js";
import { accountsWith } from "./database.js";
import { secretCalled } from "./called.js";
import { randomText } from "./random-text.js";
import { changePassword } from "./sql.js";
import type { Change } from "./sql.js";

interface PlacedAccount extends Change {
  readonly placed: PlacedService;
}

/** What rotating a secret needs. */
export interface RotateArgs {
  readonly stack: PulumiStack;
  readonly declared: Declared;
  /** To change a password on. */
  readonly hosts: readonly HostModel[];
  /** Asks the owner for a value that is not to be random; empty without an answer. */
  readonly ask: (question: string) => Promise<string>;
}

/**
 * Gives a secret a new value: in the databases that keep it, then in the stack's configuration.
 *
 * @returns what was done and what is left to do, without the value
 * @throws UserError if there is no such secret, or a database does not take it; then it is as it was
 */
export async function rotateSecret(written: string, { stack, declared, hosts, ask }: RotateArgs): Promise<string> {
  const secret = presentSecret(written, neededSecrets(declared), stack.name);
  const { name } = secret;
  if (name === BACKUP_PASSWORD) {
    throw new UserError(NO_OTHER_KEY);
  }
  const accounts = accountsWith(name, declared.services).map((account) => ({
    ...account,
    placed: serviceOn(hosts, account.at.host, account.at.service.name),
  }));
  const former = await stack.getSecret(name);
  const next = secret.generate === undefined ? await ask(`New value of ${name}: `) : randomText(secret.generate);
  if (next === "" || next.includes("\0")) {
    throw new UserError("Nothing was changed: no value was given.");
  }
  await changeEverywhere(accounts, { name, former, next }, stack);
  const databases = accounts.map(({ placed }) => placeOf(placed));
  const notifies = secret.usedBy.some(isNotify);
  const others = secret.usedBy.filter((it) => !databases.includes(it) && !isNotify(it));
  return [
    `${name} has a new value ${[...databases.map((it) => `in the database ${it}`), `in Pulumi.${stack.name}.yaml`].join(" and ")}.`,
    ...(others.length === 0 ? [] : [`Until you deploy, the former one is in use by ${others.join(", ")}.`]),
    ...(notifies ? [`Write it into the secret ${VARIABLE} of your workflows, too.`] : []),
    ...(notifies && others.length === 0 ? [] : [`-> ${commandLine("deploy", stack.name)}`]),
  ].join("\n");
}

const NO_OTHER_KEY = `${BACKUP_PASSWORD} was not changed: what was copied up to now opens with it alone. docs/backups.md says how to give the copies another password.`;

/** Is it homelab:notify that needs a secret? No deployment takes it anywhere. */
const isNotify = (usedBy: string): boolean => usedBy.startsWith("homelab:notify.");

function presentSecret(written: string, needed: readonly NeededSecret[], stack: string): NeededSecret {
  const name = secretCalled(
    written,
    needed.map((it) => it.name),
    "No service that is on needs a secret",
  );
  const secret = needed.find((it) => it.name === name);
  if (secret?.present !== true) {
    throw new UserError(`${name} is not set yet: ${remedyText({ command: commandLine("secrets", stack) })}`);
  }
  return secret;
}

/** In all databases and in the configuration, or nowhere. */
async function changeEverywhere(
  accounts: readonly PlacedAccount[],
  { name, former, next }: { readonly name: string; readonly former: string; readonly next: string },
  stack: PulumiStack,
): Promise<void> {
  const changed: PlacedAccount[] = [];
  try {
    for (const account of accounts) {
      await change(account, { former, next }, stack.name);
      changed.push(account);
    }
    await stack.setSecret(name, next);
  } catch (error) {
    for (const account of changed) {
      await change(account, { former: next, next: former }, stack.name);
    }
    throw error;
  }
}

const SECONDS = 30;

async function change(
  account: PlacedAccount,
  passwords: { readonly former: string; readonly next: string },
  stack: string,
): Promise<void> {
  const { host, service } = account.placed;
  const { command, input } = changePassword(account, passwords);
  await mustRun({ host, stack }, ["docker", "exec", "--interactive", service.name, ...command], SECONDS, {
    input: Buffer.from(input),
  });
}
