import { createHash } from "node:crypto";
import type { NasBase, ShareModel } from "../shares/types.js";
import type { Json } from "../text.js";
import type { Setting, SettingInput } from "./setting.js";

/** Owner of the files, as containers and all that write over NFS or SMB are. */
const OWNER = "1000:1000";
/** Group writes, and what is made in a folder belongs to the folder's group. */
const FOLDER_MODE = "2775";

const EXPORTS = "/etc/exports.d/homelab.exports";
const SERVER = "/etc/nfs.conf.d/homelab.conf";

/** The NFS exports of the NAS, and the folders of its shares. */
export const nfs: Setting = {
  name: "nfs",
  files: [EXPORTS, SERVER],
  watched: {
    healed: [
      "what `exportfs` says of our folders, client by client, with our options",
      "owner and mode of the shares' folders",
      "that the server runs, and starts at boot",
    ],
    told: ["folders that are exported besides"],
  },
  input: ({ shares: { offer } }) => offer && nfsInput(offer.base, offer.root, offer.shares),
};

/** What the helper of the NAS is given for these shares. */
export function nfsInput(base: NasBase, root: string, shares: readonly ShareModel[]): SettingInput {
  if (base === "omv") {
    const clients = (share: ShareModel): Json =>
      share.clients.map(({ address, writes }) => ({ address, options: exportOptions(writes) }));
    return { omv: { root, shares: shares.map((share) => ({ name: share.name, clients: clients(share) })) } };
  }
  return {
    files: nfsFiles(root, shares),
    folders: shares.map(({ name }) => ({ path: `${root}/${name}`, owner: OWNER, mode: FOLDER_MODE })),
  };
}

/**
 * What a client gets, in the words of exports(5). A writer becomes the owner of the files, no matter who it is in its
 * container; a reader keeps its identity, except root. sync: an answer means that the data are on the disk. The program
 * allows for no_subtree_check, as exports(5) advises for folders whose files are renamed.
 */
const exportOptions = (writes: boolean): { mode: string; others: string } => ({
  mode: writes ? "rw" : "ro",
  others: writes ? "sync,no_subtree_check,all_squash,anonuid=1000,anongid=1000" : "sync,no_subtree_check,root_squash",
});

function nfsFiles(root: string, shares: readonly ShareModel[]): Record<string, string> {
  const exported = shares.filter(({ clients }) => clients.length > 0);
  const lines = exported.map(({ name, clients }) => {
    const path = `${root}/${name}`;
    const entries = clients.map(({ address, writes }) => {
      const { mode, others } = exportOptions(writes);
      return `${address}(${mode},${others},fsid=${fsid(path)})`;
    });
    return [path, ...entries].join(" \\\n    ");
  });
  return {
    [EXPORTS]: `${EXPORTS_HEAD}${lines.map((line) => `${line}\n`).join("")}`,
    [SERVER]: NFS_CONF,
  };
}

/**
 * Names the file system in what clients remember of a file. Without one the kernel takes the UUID of the disk's file
 * system, which some (mergerfs, tmpfs) do not have; another folder must not have the same.
 */
function fsid(path: string): string {
  const hex = createHash("sha256").update(path).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}

// No export with fsid=0: NFSv4 then finds every folder below it through that one export, with its options and for all
// of its clients, unless each is a mount of its own. Without it mountd makes the way to the shares itself (exports(5),
// on the pseudo file system), and a client sees nothing but what is exported to it.
const EXPORTS_HEAD = `# Written by the homelab's program, for exports(5). What is changed here is undone.
`;

// nfs.conf(5). Version 4.2 alone: one port, no rpcbind, and what clients of today mount with.
const NFS_CONF = `# Written by the homelab's program, for nfs.conf(5). What is changed here is undone.
[nfsd]
udp=n
tcp=y
vers3=n
vers4=y
vers4.0=n
vers4.1=n
vers4.2=y
`;
