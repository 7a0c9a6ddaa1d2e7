import * as pulumi from "@pulumi/pulumi";
import type { HostModel } from "../model/types.js";
import { hookName } from "../model/resource-names.js";
import { lastLine, runOn } from "../hosts/ssh.js";
import { HELPER_BIN } from "../model/helper.js";
import { SharedConnection } from "../hosts/shared-connection.js";
import type { RemoteResult } from "../hosts/ssh.js";
import { graceSeconds, pidsLimit, STOP_GRACE_SECONDS } from "../model/services/limits.js";
import { SERVICE_LABEL } from "../model/labels.js";

/** What is done on a host around an operation of the engine. None of it runs at preview. */
export interface HostHooks {
  readonly container: pulumi.ResourceHookBinding;
  readonly network: pulumi.ResourceHookBinding;
  readonly other: pulumi.ResourceHookBinding;
}

/** Where a hook does its work. */
interface At {
  readonly host: HostModel;
  /** Each container that is replaced needs several commands; all of them may run twice. */
  readonly connection: SharedConnection;
}

const LOG_LINES = 20;
const SSH_SECONDS = 30;

/** The hooks of a host's resources. */
export function hostHooks(host: HostModel): HostHooks {
  const at = { host, connection: new SharedConnection(host) };
  const onError = [new pulumi.ErrorHook(hookName(host.name, "explain"), (args) => explain(host, args))];
  return {
    container: {
      beforeCreate: [
        new pulumi.ResourceHook(hookName(host.name, "make-room-for-container"), (args) =>
          makeRoomForContainer(at, args),
        ),
      ],
      afterCreate: [
        new pulumi.ResourceHook(hookName(host.name, "container-created"), (args) => containerCreated(at, args)),
      ],
      onError,
    },
    network: {
      beforeCreate: [
        new pulumi.ResourceHook(hookName(host.name, "make-room-for-network"), (args) => makeRoomForNetwork(at, args)),
      ],
      afterCreate: [
        new pulumi.ResourceHook(hookName(host.name, "network-created"), (args) => networkCreated(at, args)),
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
 * @throws Error that says how to let ours take its place
 */
async function makeRoomForContainer(at: At, args: pulumi.ResourceHookArgs): Promise<void> {
  const { host } = at;
  const name = dockerName(args);
  const service = host.services.find((it) => it.name === name);
  const grace = service === undefined ? STOP_GRACE_SECONDS : graceSeconds(service.definition);
  const command = [`${HELPER_BIN}/make-room`, "container", name, String(grace)];
  const { exitCode } = await must(at, command, { timeoutSeconds: grace + SSH_SECONDS, alsoGood: SOMEBODY_ELSES });
  if (exitCode === SOMEBODY_ELSES) {
    throw new Error(
      `${host.name} has a container ${name} already that this program did not make, so it is left alone. ` +
        `To let this one take its place, and keep the other until this one works: npm run adopt -- ${host.name} ${name}`,
    );
  }
}

/** Exit code of make-room for a container that does not carry our label. */
const SOMEBODY_ELSES = 3;

/** The same for a network. What is still in it is of ours, and as little known to the state. */
async function makeRoomForNetwork(at: At, args: pulumi.ResourceHookArgs): Promise<void> {
  await must(at, [`${HELPER_BIN}/make-room`, "network", dockerName(args)]);
}

/** For what a service that does its work and ends may take. */
const ONE_SHOT_SECONDS = 900;

/**
 * Waits until a service that does its work and ends has done so.
 *
 * @throws Error if it has failed, or takes longer
 */
async function awaitEnd({ host }: At, name: string): Promise<void> {
  const { ok, stdout, stderr } = await runOn(host, ["docker", "wait", name], ONE_SHOT_SECONDS);
  const code = stdout.trim();
  if (!ok || code !== "0") {
    const why = ok ? `ended with code ${code}` : lastLine(stderr) || `has not ended within ${ONE_SHOT_SECONDS} s`;
    throw new Error(`${host.name}: ${name} ${why}, so nothing that waits for it was started`);
  }
}

/** Limits its processes, which the Docker provider cannot, and writes down how it is, for the probe. */
async function containerCreated(at: At, args: pulumi.ResourceHookArgs): Promise<void> {
  const name = dockerName(args);
  const service = at.host.services.find((it) => it.name === name);
  const limit = service && pidsLimit(service.definition);
  if (service?.oneShot === true) {
    await awaitEnd(at, name);
  }
  await must(at, [`${HELPER_BIN}/container-created`, name, ...(limit === undefined ? [] : [String(limit)])]);
}

async function networkCreated(at: At, args: pulumi.ResourceHookArgs): Promise<void> {
  await must(at, [`${HELPER_BIN}/network-created`, dockerName(args)]);
}

/** What a command on a host came to; its failure fails the operation that the hook belongs to. */
async function must(
  { host, connection }: At,
  command: readonly string[],
  { timeoutSeconds = SSH_SECONDS, alsoGood = 0 } = {},
): Promise<RemoteResult> {
  const result = await connection.run(command, timeoutSeconds);
  if (!result.ok && result.exitCode !== alsoGood) {
    const why = result.stderr.trim() || `no answer within ${timeoutSeconds} s`;
    throw new Error(`${host.name}: ${command.join(" ")}: ${why}`);
  }
  return result;
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
    await bringBack(host, args);
  }
  return false;
}

/** A container that could not be replaced runs on. */
async function bringBack(host: HostModel, { newInputs }: pulumi.ErrorHookArgs): Promise<void> {
  const name: unknown = newInputs?.["name"];
  if (typeof name !== "string") {
    return;
  }
  const { ok, stdout, stderr } = await runOn(host, [`${HELPER_BIN}/bring-back`, name], SSH_SECONDS);
  if (!ok) {
    await pulumi.log.error(`${host.name}: the former ${name} could not be started again: ${lastLine(stderr)}`);
  } else if (stdout.trim() !== "") {
    await pulumi.log.warn(`${host.name}: the former ${name} runs again`);
  }
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
