module homelab.lab/tailscale

go 1.25.3

require tailscale.com v1.92.0
