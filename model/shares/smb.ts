import type { SettingInput } from "../settings/setting.js";
import { smbSecret } from "../config/nas.js";
import type { ShareModel } from "./types.js";
import { SecretText } from "../text.js";
import type { SecretName } from "../text.js";

/** What the setting `smb` of the NAS is given: for Samba a file that the module includes at the end of smb.conf. */
export function smbInput(base: "debian" | "omv", root: string, shares: readonly ShareModel[]): SettingInput {
  const shared = shares.filter(({ write, read }) => write.length + read.length > 0);
  return base === "omv"
    ? { omv: { root, shares: shared.map(({ name, write, read }) => ({ name, write, read })) } }
    : { files: { "/etc/samba/homelab.conf": [GLOBAL, ...shared.map((share) => section(root, share))].join("\n") } };
}

/** What the setting `smb-users` is given: everyone's password, for smbpasswd. */
export function smbUsersInput(people: readonly string[]): SecretText {
  const entries = people.flatMap((name, i): (string | SecretName)[] => [
    `${i === 0 ? "" : '",'}\n    ${JSON.stringify(name)}: "`,
    { secret: smbSecret(name), json: true },
  ]);
  return new SecretText(['{\n  "users": {', ...entries, '"\n  }\n}']);
}

// SMB3_00 is what Windows 8, macOS 10.10 and every maintained client since speak; below it a man in the middle can talk
// both sides down. The rest: no guests, whatever stands above in smb.conf, and no port but 445.
const GLOBAL = `# Written by the homelab's program, for smb.conf(5). What is changed here is undone.
[global]
   server min protocol = SMB3_00
   server signing = mandatory
   map to guest = never
   restrict anonymous = 2
   usershare allow guests = no
   disable netbios = yes
   smb ports = 445
`;

// The owner of the files has another name on each host: the module writes force user and force group, for 1000:1000 as
// over NFS, into homelab-owner.conf. That comes after the check of valid users.
const section = (root: string, { name, write, read }: ShareModel): string => `[${name}]
   path = ${root}/${name}
   valid users = ${[...new Set([...write, ...read])].sort().join(" ")}
   read only = yes
${write.length === 0 ? "" : `   write list = ${write.join(" ")}\n`}   guest ok = no
   create mask = 0664
   directory mask = 2775
   include = /etc/samba/homelab-owner.conf
`;
