import * as pulumi from "@pulumi/pulumi";
import type { HostModel } from "../model/homelab.js";
import { runOn } from "./connection.js";
import { graceSeconds, pidsLimit, SERVICE_LABEL, STOP_GRACE_SECONDS } from "./container-args.js";

/** What is done on a host around an operation of the engine. None of it runs at preview. */
export interface HostHooks {
  readonly container: pulumi.ResourceHookBinding;
  readonly network: pulumi.ResourceHookBinding;
  readonly other: pulumi.ResourceHookBinding;
}

const LOG_LINES = 20;
const SSH_SECONDS = 30;

/** The hooks of a host's resources. */
export function hostHooks(host: HostModel): HostHooks {
  const onError = [new pulumi.ErrorHook(`${host.name}-explain`, (args) => explain(host, args))];
  return {
    container: {
      beforeCreate: [
        new pulumi.ResourceHook(`${host.name}-make-room-for-container`, (args) => removeContainer(host, args)),
      ],
      afterCreate: [new pulumi.ResourceHook(`${host.name}-limit-processes`, (args) => limitProcesses(host, args))],
      onError,
    },
    network: {
      beforeCreate: [
        new pulumi.ResourceHook(`${host.name}-make-room-for-network`, (args) => removeNetwork(host, args)),
      ],
      onError,
    },
    other: { onError },
  };
}

/** Docker's name of the thing that a hook is called for. */
const dockerName = ({ newInputs }: pulumi.ResourceHookArgs): string => {
  const name: unknown = newInputs?.["name"];
  return typeof name === "string" ? name : "";
};

/**
 * Makes room for a container of a name: Docker takes no second one. The one that is there is the one to be replaced, or
 * a leftover of an interrupted deployment or of Watchtower, of which the state knows nothing. One without our label is
 * somebody else's: the create is refused.
 *
 * @throws Error that says how to keep it under another name
 */
async function removeContainer(host: HostModel, args: pulumi.ResourceHookArgs): Promise<void> {
  const name = dockerName(args);
  const there = await must(host, ["docker", "ps", "-aq", "--filter", `name=^${name}$`]);
  if (there === "") {
    return;
  }
  const ours = await must(host, ownContainer(name));
  if (ours === "") {
    const shell = `ssh ${host.user}@${host.address}`;
    throw new Error(
      `${host.name} has a container ${name} already that this program did not make, so it is left alone. ` +
        `To let this one take its place, and keep the other under another name with all its data: ` +
        `${shell} "docker stop ${name} && docker rename ${name} ${name}-before"`,
    );
  }
  const service = host.services.find((it) => it.name === name);
  const grace = service === undefined ? STOP_GRACE_SECONDS : graceSeconds(service);
  await must(host, ["docker", "stop", "--time", String(grace), ours], grace + SSH_SECONDS);
  await must(host, ["docker", "rm", "--volumes", ours]);
}

/** The same for a network. What is still in it is of ours, and as little known to the state. */
async function removeNetwork(host: HostModel, args: pulumi.ResourceHookArgs): Promise<void> {
  const name = dockerName(args);
  const ours = ["--filter", `label=${SERVICE_LABEL}`];
  const found = await must(host, ["docker", "network", "ls", "-q", "--filter", `name=^${name}$`, ...ours]);
  if (found === "") {
    return;
  }
  const inside = await must(host, ["docker", "ps", "-aq", "--filter", `network=${found}`, ...ours]);
  if (inside !== "") {
    const ids = inside.split(/\s+/);
    await must(host, ["docker", "stop", ...ids], STOP_GRACE_SECONDS + SSH_SECONDS);
    await must(host, ["docker", "rm", "--volumes", ...ids]);
  }
  await must(host, ["docker", "network", "rm", found]);
}

/** What a command on a host prints; its failure fails the operation that the hook belongs to. */
async function must(host: HostModel, command: readonly string[], timeoutSeconds = SSH_SECONDS): Promise<string> {
  const { ok, stdout, stderr } = await runOn(host, command, timeoutSeconds);
  if (!ok) {
    throw new Error(`${host.name}: ${command.join(" ")}: ${stderr.trim() || `no answer within ${timeoutSeconds} s`}`);
  }
  return stdout.trim();
}

/** The Docker provider has no limit of processes; the engine takes one for a running container. */
async function limitProcesses(host: HostModel, args: pulumi.ResourceHookArgs): Promise<void> {
  const name = dockerName(args);
  const service = host.services.find((it) => it.name === name);
  const limit = service && pidsLimit(service);
  if (limit === undefined) {
    return;
  }
  await must(host, ["docker", "update", "--pids-limit", String(limit), name]);
}

/** Says in the homelab's words what an error of the engine means. Never asks for another try. */
async function explain(host: HostModel, args: pulumi.ErrorHookArgs): Promise<boolean> {
  const alive = await runOn(host, ["true"], 10);
  if (!alive.ok) {
    await pulumi.log.error(
      `${host.name} (${host.address}) cannot be reached: ${lastLine(alive.stderr)}. Not done there: ${args.name}. ` +
        "The other hosts are not held up; deploy again when it is back.",
    );
    return false;
  }
  if (args.type === "docker:index/container:Container") {
    await showLog(host, args);
  }
  return false;
}

/** The end of what a container printed that did not start or did not become healthy. */
async function showLog(host: HostModel, args: pulumi.ErrorHookArgs): Promise<void> {
  const name: unknown = args.newInputs?.["name"] ?? args.oldInputs?.["name"];
  if (typeof name !== "string" || !(await isOurs(host, name))) {
    return;
  }
  const log = await runOn(host, ["docker", "logs", "--tail", String(LOG_LINES), name], SSH_SECONDS);
  if (log.ok) {
    const lines = `${log.stdout}${log.stderr}`.trimEnd();
    await pulumi.log.error(
      `${host.name}: ${name} did not come up. The end of its log:\n${lines || "(it printed nothing)"}`,
    );
  }
}

async function isOurs(host: HostModel, name: string): Promise<boolean> {
  const { stdout } = await runOn(host, ownContainer(name), SSH_SECONDS);
  return stdout.trim() !== "";
}

/** Command that prints the ID of the container of that name, if it carries our label. */
const ownContainer = (name: string): string[] => [
  ...["docker", "ps", "-aq", "--filter", `name=^${name}$`],
  ...["--filter", `label=${SERVICE_LABEL}`],
];

const lastLine = (text: string): string => text.trim().split("\n").at(-1) ?? "";
