import { createHash } from "node:crypto";
import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { HostModel } from "../model/homelab.js";
import { isGuarded } from "../model/host-settings.js";
import type { SettingModel } from "../model/host-settings.js";
import { commandConnection, runOn } from "./connection.js";
import type { Render } from "./container-args.js";

/** What a host's settings need. */
export interface HostSettingsArgs {
  readonly host: HostModel;
  /** Puts the values of secrets into a text. */
  readonly render: Render;
  /** For each setting that drifted, a text that no run before had: it makes the setting be applied again. */
  readonly drifted: ReadonlyMap<string, string>;
  /** Leave everything as it is, because the host cannot be reached. */
  readonly frozen: boolean;
}

const HELPER = "sudo -n /usr/local/sbin/homelab-helper";
const CONFIRM_SECONDS = 15;
const CONFIRM_ATTEMPTS = 3;

/** What a host itself is, applied one setting after the other by the helper on it. */
export class HostSettings extends pulumi.ComponentResource {
  readonly commands: readonly remote.Command[];

  constructor(
    name: string,
    { host, render, drifted, frozen }: HostSettingsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("homelab:index:HostSettings", name, {}, opts);
    const confirmed = new pulumi.ResourceHook(`${host.name}-confirm`, (args) => confirm(host, args.name));
    const commands: remote.Command[] = [];
    for (const setting of host.settings) {
      const token = drifted.get(setting.name);
      const apply = `${HELPER} apply ${setting.name}`;
      commands.push(
        new remote.Command(
          resourceName(host, setting),
          {
            connection: commandConnection(host),
            create: apply,
            // While it is in sync, the comment that is in the state is kept: see docs/decisions.
            update: `${apply} # ${token ?? "in sync"}`,
            delete: `${HELPER} remove ${setting.name}`,
            stdin: render(setting.input),
            addPreviousOutputInEnv: false,
          },
          {
            parent: this,
            dependsOn: commands.slice(-1),
            ignoreChanges: frozen ? ["*"] : token === undefined ? ["update"] : [],
            ...(isGuarded(setting.name) && { hooks: { afterCreate: [confirmed], afterUpdate: [confirmed] } }),
          },
        ),
      );
    }
    this.commands = commands;
    this.registerOutputs({});
  }
}

const resourceName = (host: HostModel, { name }: SettingModel): string => `${host.name}-${name}`;

/**
 * Says over a connection of its own that one can still log in, upon which the host keeps the setting.
 *
 * @throws Error if that is not so; the host then goes back to its former state by itself
 */
async function confirm(host: HostModel, resource: string): Promise<void> {
  const setting = host.settings.find((it) => resourceName(host, it) === resource);
  if (setting === undefined || typeof setting.input !== "string") {
    throw new Error(`${resource} is no setting of ${host.name} that can be confirmed`);
  }
  const token = createHash("sha256").update(setting.input).digest("hex");
  const command = [...HELPER.split(" "), "confirm", token];
  let why = "";
  for (let attempt = 0; attempt < CONFIRM_ATTEMPTS; attempt++) {
    const result = await runOn(host, command, CONFIRM_SECONDS);
    if (result.ok) {
      return;
    }
    why = result.stderr.trim().split("\n").at(-1) ?? "";
    if (!result.unreachable) {
      break;
    }
  }
  throw new Error(
    `${host.name}: after ${setting.name} was applied, nobody could log in any more (${why}). ` +
      `The host goes back to its former ${setting.name} by itself within a minute; nothing is lost. ` +
      "Look at what would have been applied, then deploy again.",
  );
}
