/** What the tags of hosts begin with. */
export const HOST_TAG = "tag:homelab-";

/** The tag of a host: who has it is that host, for grants. */
export const tagOf = (host: string): string => `${HOST_TAG}${host}`;

/** Is a member of a group a machine? */
export const isTag = (member: string): boolean => member.startsWith("tag:");

/** Owns the tags of the hosts: who has it may make keys for them. */
export const OWNER_TAG = "tag:homelab";
