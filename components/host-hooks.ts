import * as pulumi from "@pulumi/pulumi";
import { healthySeconds } from "../model/services/health.js";
import type { HostModel, ServiceModel } from "../model/types.js";
import { hookName } from "../model/resource-names.js";
import { lastLine, runOn } from "../hosts/ssh.js";
import { HELPER_BIN } from "../model/helper.js";
import { SharedConnection } from "../hosts/shared-connection.js";
import type { RemoteResult } from "../hosts/ssh.js";
import { graceSeconds, pidsLimit, STOP_GRACE_SECONDS } from "../model/services/limits.js";
import { SERVICE_LABEL } from "../model/labels.js";

/** Commands that run on a host before or after an operation of the engine, never at preview. */
export interface HostHooks {
  readonly container: pulumi.ResourceHookBinding;
  readonly network: pulumi.ResourceHookBinding;
  readonly other: pulumi.ResourceHookBinding;
}

/** Where a hook runs its commands. */
interface At {
  readonly host: HostModel;
  /** Replacing a container takes several commands; each of them may run twice. */
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

/** Docker's name of the object that a hook is called for. */
const dockerName = ({ newInputs }: pulumi.ResourceHookArgs): string => {
  const name: unknown = newInputs?.["name"];
  return typeof name === "string" ? name : "";
};

/**
 * Makes room for a container, since Docker allows only one of a name. The existing one is the one to replace, or a
 * leftover of an interrupted deployment or of Watchtower that is not in the state. One without our label belongs to
 * somebody else, and the creation is refused.
 *
 * @throws Error that says how to replace it
 */
async function makeRoomForContainer(at: At, args: pulumi.ResourceHookArgs): Promise<void> {
  const { host } = at;
  const name = dockerName(args);
  const service = host.services.find((it) => it.name === name);
  const grace = service === undefined ? STOP_GRACE_SECONDS : graceSeconds(service.definition);
  const seconds = grace + secondsToComeUp(service) + SPARE_SECONDS;
  const otherwise = service?.rollsBack === false ? "held" : "started";
  const command = [`${HELPER_BIN}/make-room`, "container", name, String(grace), String(seconds), otherwise];
  const { exitCode } = await must(at, command, { timeoutSeconds: grace + SSH_SECONDS, alsoGood: SOMEBODY_ELSES });
  if (exitCode === SOMEBODY_ELSES) {
    throw new Error(
      `${host.name} already has a container ${name} that this program did not create, so it is left alone. ` +
        `To replace it, and keep it until the new one works: npm run adopt -- ${host.name} ${name}`,
    );
  }
}

/** Exit code of make-room for a container without our label. */
const SOMEBODY_ELSES = 3;

/** The same for a network. Containers that are still in it are ours, and are not in the state either. */
async function makeRoomForNetwork(at: At, args: pulumi.ResourceHookArgs): Promise<void> {
  await must(at, [`${HELPER_BIN}/make-room`, "network", dockerName(args)]);
}

/** Longest time that a one-shot service may take. */
const ONE_SHOT_SECONDS = 900;
/** Exit code of container-created for a container that replaces another and does not come up. */
const NOT_UP = 3;
/** As long as container-created looks at most at a container that replaces another. */
const LOOK_SECONDS = 120;
/** What a deployment may take beside: the host takes it for dead afterwards. */
const SPARE_SECONDS = 120;

/** Seconds within which the new container of a service has come up, or never will. */
const secondsToComeUp = (service: ServiceModel | undefined): number =>
  service?.oneShot === true ? ONE_SHOT_SECONDS : ((service && healthySeconds(service.definition)) ?? 0) + LOOK_SECONDS;

/**
 * Waits for a one-shot service to end.
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

/** Limits its processes, which the Docker provider cannot do, and records its state for the probe. */
async function containerCreated(at: At, args: pulumi.ResourceHookArgs): Promise<void> {
  const name = dockerName(args);
  const service = at.host.services.find((it) => it.name === name);
  const limit = service && pidsLimit(service.definition);
  if (service?.oneShot === true) {
    await awaitEnd(at, name);
  }
  const command = [`${HELPER_BIN}/container-created`, name, ...(limit === undefined ? [] : [String(limit)])];
  const { exitCode } = await must(at, command, {
    timeoutSeconds: LOOK_SECONDS + SSH_SECONDS,
    alsoGood: NOT_UP,
  });
  if (exitCode === NOT_UP) {
    // For an error of this hook the engine calls no error hook, and it deletes the former container (seen with 3.259.0).
    await showLog(at.host, name);
    await bringBack(at.host, name, ["twin"]);
    throw new Error(`${at.host.name}: ${name} does not come up`);
  }
}

async function networkCreated(at: At, args: pulumi.ResourceHookArgs): Promise<void> {
  await must(at, [`${HELPER_BIN}/network-created`, dockerName(args)]);
}

/** Result of a command on a host; its failure fails the operation that the hook belongs to. */
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

/** Explains an error of the engine in terms of the homelab. Never asks for a retry. */
async function explain(host: HostModel, args: pulumi.ErrorHookArgs): Promise<boolean> {
  const alive = await runOn(host, ["true"], 10);
  if (!alive.ok) {
    await pulumi.log.error(
      `${host.name} (${host.address}) cannot be reached: ${lastLine(alive.stderr)}. Not done there: ${args.name}. ` +
        "The other hosts go on without it; deploy again once it is back.",
    );
    return false;
  }
  if (args.type === "docker:index/container:Container") {
    const name: unknown = args.newInputs?.["name"] ?? args.oldInputs?.["name"];
    if (typeof name === "string") {
      await showLog(host, name);
      await bringBack(host, name);
    }
  }
  return false;
}

/** Stops, starts and restarts containers. */
const BRING_BACK_SECONDS = 120;
/** By what bring-back says. */
const BROUGHT_BACK: Readonly<Record<string, string>> = {
  back: "was rolled back: the former container runs again",
  held: "is stopped: its new version may have changed its data, so the former container is kept and not started",
};

/** Starts a container again that could not be replaced. */
async function bringBack(host: HostModel, name: string, how: readonly "twin"[] = []): Promise<void> {
  const { ok, stdout, stderr } = await runOn(host, [`${HELPER_BIN}/bring-back`, name, ...how], BRING_BACK_SECONDS);
  if (!ok) {
    await pulumi.log.error(
      `${host.name}: the former ${name} could not be started again: ${lastLine(stderr)}. The host tries again each minute.`,
    );
    return;
  }
  const words = BROUGHT_BACK[stdout.trim()];
  if (words !== undefined) {
    await pulumi.log.warn(`${host.name}: ${name} ${words}`);
  }
}

/** Shows the end of the log of a container that did not start or did not become healthy. */
async function showLog(host: HostModel, name: string): Promise<void> {
  if (!(await isOurs(host, name))) {
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

/** Command that prints the ID of the container of that name, if it has our label. */
const ownContainer = (name: string): string[] => [
  ...["docker", "ps", "-aq", "--filter", `name=^${name}$`],
  ...["--filter", `label=${SERVICE_LABEL}`],
];
