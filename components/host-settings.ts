import { createHash } from "node:crypto";
import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { HostModel } from "../model/types.js";
import { HELPER } from "../model/helper.js";
import { hookName, OWN_TYPES, printName } from "../model/resource-names.js";
import type { SettingModel } from "../model/settings/setting.js";
import { commandConnection } from "./connection.js";
import { shellCommand } from "../hosts/shell.js";
import { lastLine, runOn, SSH_FAILED } from "../hosts/ssh.js";
import { settled } from "../hosts/settled.js";
import type { Render } from "./render.js";
import type { Repair } from "./repair.js";

/** What a host's settings need. */
export interface HostSettingsArgs {
  readonly host: HostModel;
  /** Inserts the values of secrets into a string. */
  readonly render: Render;
  /** Which of them have to be applied again. */
  readonly repair: Repair;
}

const CONFIRM_SECONDS = 15;
const CONFIRM_ATTEMPTS = 3;

/** A host's settings, which its helper applies one after the other. */
export class HostSettings extends pulumi.ComponentResource {
  /** Resources that everything after the settings depends on. */
  readonly commands: readonly remote.Command[];

  constructor(name: string, { host, render, repair }: HostSettingsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(`${OWN_TYPES}HostSettings`, name, {}, opts);
    const confirmed = new pulumi.ResourceHook(hookName(host.name, "confirm"), (args) => confirm(host, args.name));
    const commands: remote.Command[] = [];
    for (const setting of host.settings) {
      const { token, ignoreChanges } = repair.of("settings", setting.name, "update");
      const apply = [...HELPER, "apply", setting.name];
      const command = new remote.Command(
        resourceName(host, setting),
        {
          connection: commandConnection(host),
          create: shellCommand(apply),
          update: shellCommand(apply, token),
          delete: shellCommand([...HELPER, "remove", setting.name]),
          stdin: render(setting.input),
          addPreviousOutputInEnv: false,
        },
        {
          parent: this,
          dependsOn: commands.slice(-1),
          ignoreChanges,
          ...(setting.guarded && { hooks: { afterCreate: [confirmed], afterUpdate: [confirmed] } }),
        },
      );
      if (setting.awaited ?? true) {
        commands.push(command);
      }
    }
    this.commands = commands;
    this.registerOutputs({});
  }
}

const resourceName = (host: HostModel, { name }: SettingModel): string =>
  printName({ kind: "setting", host: host.name, name });

/**
 * Confirms over a new connection that the host still lets somebody log in, and so makes it keep the setting.
 *
 * @throws Error if it does not; the host then rolls back to its former state by itself
 */
async function confirm(host: HostModel, resource: string): Promise<void> {
  const setting = host.settings.find((it) => resourceName(host, it) === resource);
  if (setting === undefined || typeof setting.input !== "string") {
    throw new Error(`${resource} is not a setting of ${host.name} that can be confirmed`);
  }
  const token = createHash("sha256").update(setting.input).digest("hex");
  const command = [...HELPER, "confirm", token];
  let why = "";
  for (let attempt = 0; attempt < CONFIRM_ATTEMPTS; attempt++) {
    const result = await runOn(host, command, CONFIRM_SECONDS);
    if (result.ok) {
      return;
    }
    why = lastLine(result.stderr);
    if (result.exitCode !== undefined && result.exitCode !== SSH_FAILED) {
      break;
    }
  }
  throw new Error(
    `${host.name}: ${setting.name} was applied, but could not be confirmed over a new connection (${why}). ` +
      `${await settled(host, setting.name)} Check what would have been applied, then deploy again.`,
  );
}
