import type { Setting } from "./setting.js";

const UNITS = "/etc/systemd/system";
const HEAD = "# Written by the homelab's program. What is changed here is undone.\n";
const SERVICE = `${UNITS}/homelab-certificate.service`;
const TIMER = `${UNITS}/homelab-certificate.timer`;

/** The certificate that Traefik shows, signed by an authority of the homelab's own, and the timer that renews it. */
export const certificates: Setting = {
  name: "certificates",
  files: [SERVICE, TIMER],
  watched: {
    healed: [
      "the authority's key and what it may sign for",
      "the certificate: its names, its signature, its key and who reads that, and that it lasts for 30 days",
      "the timer that renews it",
    ],
  },
  input: ({ certificate }) =>
    certificate === undefined
      ? undefined
      : {
          domain: certificate.domain,
          names: certificate.names,
          addresses: certificate.addresses,
          subnets: certificate.subnets,
          group: certificate.group,
          restart: certificate.restart,
          files: { [SERVICE]: HEAD + RENEW, [TIMER]: HEAD + DAILY },
        },
};

const RENEW = `[Unit]
Description=A new certificate for the proxy, if it is about to expire

[Service]
Type=oneshot
ExecStart=/usr/local/sbin/homelab-helper renew
`;

const DAILY = `[Unit]
Description=Look after the certificate of the proxy

[Timer]
OnCalendar=daily
RandomizedDelaySec=1h
Persistent=true

[Install]
WantedBy=timers.target
`;
