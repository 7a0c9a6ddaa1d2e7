import { z } from "zod";
import { graceSeconds } from "../../model/services/limits.js";
import { patternOf, patternOfFiles } from "../../model/resource-names.js";
import type { ResourceName } from "../../model/resource-names.js";
import { SERVICE_LABEL } from "../../model/labels.js";
import { runOn } from "../../hosts/ssh.js";
import { HELPER_BIN } from "../../model/helper.js";
import type { HostModel, ServiceModel } from "../../model/types.js";
import { UserError } from "../lib/command.js";

const SSH_SECONDS = 30;
const SET_ASIDE = "-before-homelab";

/** A container as Docker tells of it, as far as it is used here. */
const formerContainer = z.object({
  Id: z.string().regex(/^[0-9a-f]+$/),
  State: z.object({ Running: z.boolean() }),
  Config: z.object({ Labels: z.record(z.string(), z.string()).nullable() }),
  HostConfig: z.object({ RestartPolicy: z.object({ Name: z.string(), MaximumRetryCount: z.int() }) }),
  Mounts: z.array(
    z.object({ Type: z.string(), Name: z.string().optional(), Source: z.string(), Destination: z.string() }),
  ),
});

/** The container that is there and not ours. */
export type Former = z.infer<typeof formerContainer>;

/** Takes the place of a container that somebody else made, and can give it back. */
export class Adoption {
  constructor(
    private readonly host: HostModel,
    private readonly service: ServiceModel,
  ) {}

  /** Name under which the former one is kept meanwhile. */
  get aside(): string {
    return `${this.service.name}${SET_ASIDE}`;
  }

  /**
   * What is there.
   *
   * @throws UserError if there is nothing to adopt
   */
  async former(): Promise<Former> {
    const { name } = this.service;
    const found = await this.inspect(name);
    if (found === undefined) {
      const kept = await this.inspect(this.aside);
      const hint = kept === undefined ? "" : `; ${this.aside} is there: docker rename ${this.aside} ${name}`;
      throw new UserError(`${this.host.name} has no container ${name}, so there is nothing to adopt${hint}`);
    }
    if (found.Config.Labels?.[SERVICE_LABEL] !== undefined) {
      throw new UserError(`The container ${name} on ${this.host.name} belongs to this program already: deploy`);
    }
    if ((await this.inspect(this.aside)) !== undefined) {
      throw new UserError(
        `${this.host.name} has a container ${this.aside} already: look at it, then remove or rename it`,
      );
    }
    return found;
  }

  /** Stops it and keeps it under another name, where it stays also when the host starts again. */
  async setAside({ Id }: Former): Promise<void> {
    const grace = graceSeconds(this.service.definition);
    await this.must(["docker", "update", "--restart", "no", Id]);
    await this.must(["docker", "stop", "--time", String(grace), Id], grace + SSH_SECONDS);
    await this.must(["docker", "rename", Id, this.aside]);
  }

  /** Removes ours, if it was made, and puts the former one back, as it was. */
  async giveBack({ Id, State, HostConfig: { RestartPolicy } }: Former): Promise<void> {
    const grace = graceSeconds(this.service.definition);
    const { Name, MaximumRetryCount } = RestartPolicy;
    const restart = Name === "on-failure" && MaximumRetryCount > 0 ? `${Name}:${MaximumRetryCount}` : Name || "no";
    if ((await this.inspect(this.aside)) !== undefined) {
      await this.must(
        [`${HELPER_BIN}/make-room`, "container", this.service.name, String(grace), "for-good"],
        grace + SSH_SECONDS,
      );
      await this.must(["docker", "rename", Id, this.service.name]);
    }
    await this.must(["docker", "update", "--restart", restart, Id]);
    if (State.Running) {
      await this.must(["docker", "start", Id]);
    }
  }

  /** Removes the former one, and none of its volumes. */
  async removeFormer({ Id }: Former): Promise<void> {
    await this.must(["docker", "rm", Id]);
  }

  private async inspect(name: string): Promise<Former | undefined> {
    const command = ["docker", "inspect", "--type", "container", name];
    const { ok, stdout, stderr } = await runOn(this.host, command, SSH_SECONDS);
    if (ok) {
      return z.tuple([formerContainer]).parse(JSON.parse(stdout))[0];
    }
    if (/no such container/i.test(stderr)) {
      return undefined;
    }
    throw new UserError(`${this.host.name} cannot be asked for its container ${name}: ${stderr.trim()}`);
  }

  private async must(command: readonly string[], timeoutSeconds = SSH_SECONDS): Promise<void> {
    const { ok, stderr } = await runOn(this.host, command, timeoutSeconds);
    if (!ok) {
      throw new UserError(`${this.host.name}: ${command.join(" ")}: ${stderr.trim() || "no answer"}`);
    }
  }
}

/** Its volumes and binds, a line each: all of them stay, and not all of them need be mounted into the new one. */
export function keptMounts({ Mounts }: Former, { volumes }: ServiceModel): string[] {
  const used = new Set(volumes.flatMap((volume) => ("source" in volume && volume.source ? [volume.source] : [])));
  return Mounts.filter(({ Type }) => Type === "volume" || Type === "bind").map(
    ({ Type, Name, Source, Destination }) => {
      const source = Name ?? Source;
      const unused = used.has(source) ? "" : "; the new container does not use it";
      return `  kept: ${Type} ${source}, which was mounted at ${Destination}${unused}`;
    },
  );
}

/** What is targeted of a stack to make one service: its container, and all that this needs. URNs with wildcards. */
export function targetsOf({ name: host, settings, services }: HostModel, service: ServiceModel): string[] {
  const all = withDependencies(services, service);
  const names: ResourceName[] = [
    ...(["host", "settings", "containers", "engine", "leftovers"] as const).map((kind) => ({ kind, host })),
    ...settings.map(({ name }) => ({ kind: "setting", host, name }) as const),
    ...all.flatMap(({ name, definition, networks, volumes }): ResourceName[] => [
      { kind: "container", host, name },
      { kind: "image", host, name: definition.image },
      ...networks.map((network) => ({ kind: "network", host, name: network.name }) as const),
      ...volumes.flatMap((volume) =>
        volume.type === "volume" && volume.source ? [{ kind: "volume", host, name: volume.source } as const] : [],
      ),
    ]),
  ];
  const patterns = [...names.map(patternOf), ...all.map(({ name }) => patternOfFiles(host, name))];
  return [...new Set(patterns)];
}

function withDependencies(services: readonly ServiceModel[], service: ServiceModel): ServiceModel[] {
  const needed = new Set([service]);
  for (const it of needed) {
    services.filter(({ name }) => it.dependsOn.includes(name)).forEach((other) => needed.add(other));
  }
  return [...needed];
}
