module homelab.lab/tailnet-front

go 1.25
