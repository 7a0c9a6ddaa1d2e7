import { existsSync } from "node:fs";
import { probeHosts } from "../../../hosts/probe.js";
import type { Observation } from "../../../model/drift/observation.js";
import { bootstrapHosts } from "../../bootstrap/bootstrap.js";
import type { PinnedHost } from "../../bootstrap/admin-login.js";
import { keysOfAgent, keysOfFiles } from "../../bootstrap/public-keys.js";
import { fetchKey, fingerprint } from "../../host-keys/host-keys.js";
import { UserError } from "../../lib/command.js";
import { StackFile } from "../../lib/stack-file.js";
import type { StackHost } from "../../lib/stack-file.js";
import { flagOf } from "../answers.js";
import type { Question } from "../question.js";
import type { Setup, Step } from "../steps.js";
import { isSettled } from "./declaration.js";
import { makeKey, probeKey } from "./ssh-key.js";

/** Account that deploys, as the configuration has it by default. */
const USER = "deploy";
const ACCOUNT = /^[a-z_][a-z0-9_-]{0,31}$/;

/** Prepares the hosts: pins their keys, makes the accounts, installs the helper and Docker. */
export function prepare(): Step {
  const fetched = new Map<string, Promise<string>>();
  const keyOf = (host: StackHost): Promise<string> => {
    const key = fetched.get(host.name) ?? fetchKey(host);
    fetched.set(host.name, key);
    return key;
  };
  return {
    title: "Hosts",
    find: async (setup) => {
      const hosts = hostsOf(setup);
      return hosts.length > 0 && (await unprepared(hosts)).length === 0
        ? `${hosts.map(({ name }) => name).join(", ")} ${hosts.length === 1 ? "is" : "are"} prepared`
        : undefined;
    },
    questions: (setup) => questions(setup, keyOf),
    act: (setup) => act(setup, keyOf),
  };
}

/** Hosts of the owner's configuration; none until there is one. */
const hostsOf = (setup: Setup): StackHost[] => {
  const file = isSettled(setup) ? StackFile.find(setup.directory, setup.stack) : undefined;
  return file === undefined ? [] : file.hosts.map((name) => file.host(name));
};

const isPinned = (host: StackHost): host is StackHost & PinnedHost => host.hostKey !== undefined;

/** Those that cannot be deployed to yet, and what was seen of them. */
async function unprepared(hosts: readonly StackHost[]): Promise<StackHost[]> {
  const pinned = hosts.filter(isPinned).map((host) => ({ ...host, user: USER }));
  const seen: ReadonlyMap<string, Observation> = await probeHosts(pinned);
  return hosts.filter(({ name }) => seen.get(name)?.status !== "ok");
}

async function questions(setup: Setup, keyOf: (host: StackHost) => Promise<string>): Promise<readonly Question[]> {
  const { prompter, given } = setup;
  const hosts = hostsOf(setup);
  // Until there is a configuration, all hosts are new.
  const all = hosts.length > 0 && hosts.every(isPinned) ? [] : [trustAll];
  const trust = prompter.interactive && !given.has(TRUST) ? await keyQuestions(hosts, keyOf) : all;
  return [...trust, admin, ...(given.has("identity") ? [identity] : []), ...(existsSync(probeKey()) ? [] : [another])];
}

const TRUST = "trust-host-keys";
const trustOf = (name: string): string => `${TRUST}:${name}`;

const trustAll: Question = {
  name: TRUST,
  kind: "yes-no",
  text: "Trust the SSH host keys that the hosts show now?",
  beforehand: flagOf(TRUST),
};

async function keyQuestions(
  hosts: readonly StackHost[],
  keyOf: (host: StackHost) => Promise<string>,
): Promise<Question[]> {
  const unpinned = hosts.filter((host) => !isPinned(host));
  return Promise.all(
    unpinned.map(async (host) => ({
      name: trustOf(host.name),
      kind: "yes-no" as const,
      text:
        `${host.name} (${host.address}) shows the key ${fingerprint(await keyOf(host))}. Is it that host's?\n` +
        "Its own screen says: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub",
      fallback: "no",
      beforehand: flagOf(TRUST),
    })),
  );
}

const admin: Question = {
  name: "admin",
  kind: "line",
  text: "Account with full sudo on the hosts, as you made it when you installed them",
  fallback: "pi",
  check: (name) =>
    ["deploy", "probe"].includes(name)
      ? `${name} is an account that setup creates: name one that exists already`
      : ACCOUNT.test(name)
        ? undefined
        : `"${name}" is not the name of an account`,
  beforehand: flagOf("admin"),
};

const identity: Question = {
  name: "identity",
  kind: "line",
  text: "Private key of that account",
  check: (file) => (existsSync(file) ? undefined : `there is no file ${file}`),
  beforehand: flagOf("identity"),
};

const another: Question = {
  name: "probe-key",
  kind: "yes-no",
  text: "Create a second key that can only look at the hosts, such as for a CI that previews?",
  fallback: "no",
  beforehand: flagOf("probe-key"),
};

async function act(setup: Setup, keyOf: (host: StackHost) => Promise<string>): Promise<string> {
  const { answers, prompter } = setup;
  const file = StackFile.read(setup.directory, setup.stack);
  const todo = await unprepared(file.hosts.map((name) => file.host(name)));
  for (const host of todo.filter((it) => !isPinned(it))) {
    if ((answers.get(TRUST) ?? answers.get(trustOf(host.name))) !== "yes") {
      throw new UserError(
        `The host key of ${host.name} was not confirmed. Compare it on the host, then run npm run setup.`,
      );
    }
    file.pin(host.name, await keyOf(host));
  }
  await file.save();
  if (answers.get("probe-key") === "yes") {
    await makeKey(probeKey(), false);
  }
  const probeKeys = existsSync(probeKey()) ? await keysOfFiles([`${probeKey()}.pub`]) : [];
  const login = { admin: answers.get("admin") ?? "pi", ...identityIn(answers.get("identity")) };
  const facts = await bootstrapHosts(todo.map(({ name }) => file.host(name)).filter(isPinned), {
    ...login,
    ...(prompter.interactive && { interactive: true, sudoPassword: () => prompter.ask(sudoPassword(login.admin)) }),
    deployKeys: await keysOfAgent(),
    probeKeys,
    report: ({ host, sign, text }) => {
      prompter.say(`${sign} ${host}: ${text}`);
    },
  });
  const failed = new Set(facts.filter(({ sign }) => sign === "!").map(({ host }) => host));
  if (failed.size > 0) {
    throw new UserError(`Not prepared: ${[...failed].join(", ")}. Fix what is listed above, then run npm run setup`);
  }
  return `${todo.map(({ name }) => name).join(", ")} prepared`;
}

const identityIn = (file: string | undefined): { identity?: string } => (file === undefined ? {} : { identity: file });

const sudoPassword = (account: string): Question => ({
  name: "sudo-password",
  kind: "hidden",
  text: `Password of ${account} for sudo`,
  beforehand: "on a terminal alone",
});
