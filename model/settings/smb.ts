import type { NasBase, ShareModel } from "../shares/types.js";
import type { Setting, SettingInput } from "./setting.js";

const SHARES = "/etc/samba/homelab.conf";

/** Samba's shares for people, in a file that the helper includes at the end of smb.conf. */
export const smb: Setting = {
  name: "smb",
  files: [SHARES],
  watched: {
    healed: [
      "what `testparm` says of our shares, line by line, and of what we set for all",
      "that Samba runs, and starts at boot",
    ],
    told: ["shares besides"],
  },
  input: ({ shares: { offer } }) =>
    offer === undefined || offer.people.length === 0 ? undefined : smbInput(offer.base, offer.root, offer.shares),
};

/** What the helper of the NAS is given for these shares. */
export function smbInput(base: NasBase, root: string, shares: readonly ShareModel[]): SettingInput {
  const shared = shares.filter(({ write, read }) => write.length + read.length > 0);
  return base === "omv"
    ? { omv: { root, shares: shared.map(({ name, write, read }) => ({ name, write, read })) } }
    : { files: { [SHARES]: [GLOBAL, ...shared.map((share) => section(root, share))].join("\n") } };
}

// SMB3_00 is what Windows 8, macOS 10.10 and every maintained client since speak; below it a man in the middle can talk
// both sides down. The rest: no guests, whatever smb.conf says above, and no port but 445.
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
