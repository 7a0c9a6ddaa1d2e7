/** The tag of a host: who has it is that host, for grants. */
export const tagOf = (host: string): string => `tag:homelab-${host}`;

/** Owns the tags of the hosts: who has it may make keys for them. */
export const OWNER_TAG = "tag:homelab";
