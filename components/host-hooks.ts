import * as pulumi from "@pulumi/pulumi";
import type { HostModel } from "../model/homelab.js";
import { runOn } from "./connection.js";
import { pidsLimit, SERVICE_LABEL } from "./container-args.js";

/** What is done on a host around an operation of the engine. None of it runs at preview. */
export interface HostHooks {
  readonly container: pulumi.ResourceHookBinding;
  readonly network: pulumi.ResourceHookBinding;
  readonly other: pulumi.ResourceHookBinding;
}

const LOG_LINES = 20;

/** The hooks of a host's resources. */
export function hostHooks(host: HostModel): HostHooks {
  const onError = [new pulumi.ErrorHook(`${host.name}-explain`, (args) => explain(host, args))];
  return {
    container: {
      beforeCreate: [
        new pulumi.ResourceHook(`${host.name}-remove-leftover-container`, (args) => removeContainer(host, args)),
      ],
      afterCreate: [new pulumi.ResourceHook(`${host.name}-limit-processes`, (args) => limitProcesses(host, args))],
      onError,
    },
    network: {
      beforeCreate: [
        new pulumi.ResourceHook(`${host.name}-remove-leftover-network`, (args) => removeNetwork(host, args)),
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
 * An interrupted deployment, or Watchtower, can leave a container of ours of which the state knows nothing, and Docker
 * refuses a second one of its name. One without our label is somebody else's and stays: then the create fails.
 */
async function removeContainer(host: HostModel, args: pulumi.ResourceHookArgs): Promise<void> {
  const name = dockerName(args);
  const found = await runOn(host, [
    "docker",
    "ps",
    "-aq",
    "--filter",
    `name=^${name}$`,
    "--filter",
    `label=${SERVICE_LABEL}`,
  ]);
  const id = found.stdout.trim();
  if (id !== "") {
    await pulumi.log.warn(`${host.name}: removing the container ${name}, left over from an earlier deployment`);
    await runOn(host, ["docker", "rm", "--force", id]);
  }
}

/** The same for a network, as long as nothing is in it. */
async function removeNetwork(host: HostModel, args: pulumi.ResourceHookArgs): Promise<void> {
  const name = dockerName(args);
  const found = await runOn(host, [
    "docker",
    "network",
    "ls",
    "-q",
    "--filter",
    `name=^${name}$`,
    "--filter",
    `label=${SERVICE_LABEL}`,
  ]);
  const id = found.stdout.trim();
  if (id !== "") {
    await pulumi.log.warn(`${host.name}: removing the network ${name}, left over from an earlier deployment`);
    await runOn(host, ["docker", "network", "rm", id]);
  }
}

/** The Docker provider has no limit of processes; the engine takes one for a running container. */
async function limitProcesses(host: HostModel, args: pulumi.ResourceHookArgs): Promise<void> {
  const name = dockerName(args);
  const service = host.services.find((it) => it.name === name);
  const limit = service && pidsLimit(service);
  if (limit === undefined) {
    return;
  }
  const { ok, stderr } = await runOn(host, ["docker", "update", "--pids-limit", String(limit), name]);
  if (!ok) {
    throw new Error(`${host.name}: the processes of ${name} could not be limited to ${limit}: ${stderr.trim()}`);
  }
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
  if (typeof name !== "string") {
    return;
  }
  const log = await runOn(host, ["docker", "logs", "--tail", String(LOG_LINES), name]);
  if (log.ok) {
    const lines = `${log.stdout}${log.stderr}`.trimEnd();
    await pulumi.log.error(
      `${host.name}: ${name} did not come up. The end of its log:\n${lines || "(it printed nothing)"}`,
    );
  }
}

const lastLine = (text: string): string => text.trim().split("\n").at(-1) ?? "";
