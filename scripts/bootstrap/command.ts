import { Option } from "commander";
import { ROLES } from "../../model/roles.js";
import type { PinnedHost } from "./admin-login.js";
import { hidden } from "../lib/ask.js";
import { bootstrapHosts } from "./bootstrap.js";
import type { HostFact } from "./bootstrap.js";
import { confirmKey, fetchKey, HostError } from "../host-keys/host-keys.js";
import { keysOfAgent, keysOfFiles } from "./public-keys.js";
import { projectDirectory } from "../lib/project.js";
import { runCommand, stackCommand, UserError } from "../lib/command.js";
import { StackFile } from "../lib/stack-file.js";

interface Options {
  readonly stack: string;
  readonly admin: string;
  readonly identity?: string;
  readonly deployKey: readonly string[];
  readonly probeKey: readonly string[];
  readonly reboot: boolean;
  readonly yes: boolean;
  readonly add?: readonly string[];
  readonly role: string;
}

async function bootstrap(names: readonly string[], options: Options): Promise<void> {
  if (["deploy", "probe"].includes(options.admin)) {
    throw new UserError(`${options.admin} is an account that bootstrap creates: name an existing one by --admin`);
  }
  const [deployKeys, probeKeys] = await Promise.all([
    options.deployKey.length > 0 ? keysOfFiles(options.deployKey) : keysOfAgent(),
    keysOfFiles(options.probeKey),
  ]);
  const file = StackFile.read(projectDirectory(), options.stack);
  const hosts = await pinned(file, await chosen(file, names, options), options.yes);
  const askPassword = once(() => hidden(`Password of ${options.admin} for sudo: `));
  const facts = await bootstrapHosts(hosts, {
    admin: options.admin,
    ...(options.identity === undefined ? {} : { identity: options.identity }),
    ...(options.yes ? {} : { sudoPassword: askPassword, interactive: process.stdin.isTTY }),
    deployKeys,
    probeKeys,
    reboot: options.reboot,
    report: show,
  });
  if (facts.some(({ sign }) => sign === "!")) {
    process.exitCode = 1;
  }
}

const show = ({ host, sign, text }: HostFact): void => {
  console.log(`${sign} ${host}: ${text}`);
};

/** Names of the hosts that are meant; a new one gets its line first. */
async function chosen(file: StackFile, names: readonly string[], { add, role }: Options): Promise<readonly string[]> {
  if (add === undefined) {
    return names;
  }
  const [name, address, ...more] = add;
  if (name === undefined || address === undefined || more.length > 0) {
    throw new UserError("--add takes a name and an address, such as --add pi-zero-3 192.168.1.112");
  }
  file.addHost(name, { address, role });
  show({ host: name, sign: file.changed ? "+" : "-", text: `is a host of ${file.name}` });
  await file.save();
  return [...names, name];
}

/** The hosts whose key is pinned, or was now. A key that is not confirmed costs only its host. */
async function pinned(file: StackFile, names: readonly string[], yes: boolean): Promise<PinnedHost[]> {
  const hosts = (names.length > 0 ? names : file.hosts).map((name) => file.host(name));
  const keys = await Promise.allSettled(hosts.map(fetchKey));
  const result: PinnedHost[] = [];
  for (const [i, host] of hosts.entries()) {
    try {
      const hostKey = await settled(keys[i]);
      // A changed key is never taken without a question.
      if (await confirmKey(host, hostKey, { first: yes, changed: false })) {
        file.pin(host.name, hostKey);
      }
      result.push({ ...host, hostKey });
    } catch (error) {
      if (!(error instanceof HostError)) {
        throw error;
      }
      show({ host: host.name, sign: "!", text: error.reason });
      process.exitCode = 1;
    }
  }
  await file.save();
  return result;
}

async function settled<T>(result: PromiseSettledResult<T> | undefined): Promise<T> {
  if (result?.status === "fulfilled") {
    return result.value;
  }
  return Promise.reject(result?.reason instanceof Error ? result.reason : new Error(String(result?.reason)));
}

function once<T>(action: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= action());
}

const collect = (value: string, former: readonly string[]): string[] => [...former, value];

void runCommand(
  stackCommand("bootstrap", "Prepare hosts for the homelab, once: accounts, helper, Docker Engine. Idempotent.")
    .argument("[host...]", "names of hosts; default all of the stack")
    .option("--admin <user>", "account with full sudo that you log in as; nothing of it is kept", "pi")
    .option("--identity <file>", "its private key; default the ssh-agent's")
    .option("--deploy-key <file>", "public key for deploying; repeatable; default the ssh-agent's", collect, [])
    .option("--probe-key <file>", "read-only public key, such as a CI's; repeatable", collect, [])
    .option("--reboot", "reboot where the kernel needs it, and wait", false)
    .option("--add <name-and-address...>", "a host that is new: NAME ADDRESS; writes its line")
    .addOption(new Option("--role <role>", "role of the new host").choices(ROLES).default("agent"))
    .option("--yes", "do not ask, except about a host key that changed", false)
    .action(bootstrap),
);
