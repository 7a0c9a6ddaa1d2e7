import type { Setting } from "./setting.js";

/** Debian's own OpenSSH of 12 and later knows all of these. */
const SSHD = `# Of the homelab. sshd takes the first value that it reads, and this file comes first.
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin no
AllowGroups homelab-ssh
X11Forwarding no
LoginGraceTime 30
ClientAliveInterval 60
# A deployment opens many connections at once; with the defaults of 10 some are refused.
MaxStartups 100:30:200
MaxSessions 100
KexAlgorithms sntrup761x25519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org
Ciphers chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr
MACs hmac-sha2-512-etm@openssh.com,hmac-sha2-256-etm@openssh.com
HostKeyAlgorithms ssh-ed25519,rsa-sha2-512,rsa-sha2-256
`;

const DROP_IN = "/etc/ssh/sshd_config.d/00-homelab.conf";

/** Keys only, members of homelab-ssh only. OpenMediaVault owns SSH where it is: its sshd_config has the first word. */
export const ssh: Setting = {
  name: "ssh",
  guarded: true,
  files: [DROP_IN],
  watched: {
    healed: ["what `sshd -T` says, for everyone and for each `Match`", "that sshd runs, and starts at boot"],
  },
  // From where is the firewall's business, which is applied later: a source that is new is not let in yet.
  input: ({ omv, host }) => (omv ? undefined : { admin: { port: host.port, from: [] }, files: { [DROP_IN]: SSHD } }),
};
