import { backupKeys } from "./backup-keys.js";
import { backups } from "./backups.js";
import { base } from "./base.js";
import { certificates } from "./certificates.js";
import { docker } from "./docker.js";
import { firewall } from "./firewall.js";
import { mounts } from "./mounts.js";
import { nfs } from "./nfs.js";
import { inputText } from "./setting.js";
import type { Setting, SettingContext, SettingModel } from "./setting.js";
import { smbUsers } from "./smb-users.js";
import { smb } from "./smb.js";
import { ssh } from "./ssh.js";
import { system } from "./system.js";
import { tailnet } from "./tailnet.js";

/** The host settings, in the order in which they are applied. */
export const SETTINGS: readonly Setting[] = [
  base,
  ssh,
  system,
  docker,
  firewall,
  nfs,
  smb,
  smbUsers,
  mounts,
  certificates,
  backupKeys,
  backups,
  tailnet,
];

/** The settings of a host, in the order in which they are applied. */
export function settingsOf(host: SettingContext): SettingModel[] {
  return SETTINGS.flatMap(({ name, guarded = false, awaited = true, input: inputOf }) => {
    const input = inputOf(host);
    return input === undefined ? [] : [{ name, guarded, input: inputText(input), ...(!awaited && { awaited }) }];
  });
}
