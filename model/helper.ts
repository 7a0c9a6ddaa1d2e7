/** What the program and the helper on a host have to agree on. */

/** Version of what they say to each other. Raised, it asks for `npm run bootstrap`. */
export const PROTOCOL = 8;
/** The oldest protocol of a helper that can do all that the program asks for: PROTOCOL, or the one before. */
export const OLDEST_PROTOCOL = 8;

/** How the account that deploys calls the helper: the one command that it may run as root. */
export const HELPER = ["sudo", "-n", "/usr/local/sbin/homelab-helper"] as const;
/** Where bootstrap puts the programs that the account that deploys may run; none of them runs as root. */
export const HELPER_BIN = "/usr/local/lib/homelab/bin";

/** What the name of a container ends in that is kept until the one that replaces it works (helper/bin/make-room). */
export const FORMER_SUFFIX = ".homelab-former";
