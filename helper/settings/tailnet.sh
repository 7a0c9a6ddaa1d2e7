# shellcheck shell=sh
# The host's part in a tailnet: tailscaled runs, and is logged in to the declared control server under the host's name, with
# its tag. The key is needed once: tailscaled keeps the login in /var/lib/tailscale, also over reboots. The key is never an
# argument of a program, and never in a file that outlives this run.
. "$LIB/lib/packages.sh"

SERVICE=tailscaled.service

check_extras() {
  jq -e '(.server | type == "string" and test("^https://[A-Za-z0-9.-]+(:[0-9]+)?/?$"))
    and (.hostname | type == "string" and test("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"))
    and (.tag | type == "string" and test("^tag:[a-z0-9-]+$"))
    and (.key | type == "string" and test("^[A-Za-z0-9_-]{1,200}$"))' "$INPUT" >/dev/null ||
    refuse "server, hostname, tag and key must be a control server's URL, a name of one label, a tag and a key"
}

# Always with every flag: `up` refuses to run without a flag that somebody set by hand.
activate() { # apply | restore
  [ "$1" = apply ] || return 0
  need tailscale tailscale
  keep_running "$SERVICE"
  set -- --reset --timeout=60s --login-server="$(input .server)" --hostname="$(input .hostname)" --accept-routes=false
  case $(settled_state) in
    NeedsLogin) set -- "$@" --auth-key="file:$WORK/key" ;;
    Running) same_login || set -- "$@" --force-reauth --auth-key="file:$WORK/key" ;;
    # It is logged in and waits for its control server, or is switched off: the used key would log it out.
    *) ;;
  esac
  input .key >"$WORK/key"
  tailscale up "$@" >"$WORK/tailscale" 2>&1 || {
    say "tailscale says: $(tail -n 1 "$WORK/tailscale")" >&2
    exit 1
  }
  rm -f "$WORK/key"
}
# A tailscaled that has just started has no state yet; without its control server it stays in that state.
settled_state() {
  tries=0
  while [ "$(state)" = NoState ] && [ $tries -lt 20 ]; do
    sleep 0.5
    tries=$((tries + 1))
  done
  state
}
state() { tailscale status --json --peers=false 2>/dev/null | jq -r .BackendState; }

# Logged in to this server, with this tag: a change of either needs a key, as for a new host.
same_login() {
  effect | grep -v '^name ' >"$WORK/wanted"
  live | grep -v '^name ' | cmp -s - "$WORK/wanted"
}

# The host stays in the tailnet, since somebody may reach it that way: to remove it, delete it at the control server.
deactivate() { :; }

kept() { jq '.key = ""' "$INPUT"; }

effect() { input '"state Running", "server \(.server | rtrimstr("/"))", "name \(.hostname)", "tag \(.tag)"'; }
live() {
  tailscale status --json --peers=false >"$WORK/status" 2>/dev/null || return 0
  tailscale debug prefs >"$WORK/prefs" 2>/dev/null || return 0
  jq -r --slurpfile prefs "$WORK/prefs" '"state \(.BackendState)", "server \($prefs[0].ControlURL | rtrimstr("/"))",
    "name \($prefs[0].Hostname)", "tag \(.Self.Tags // [] | join(","))"' "$WORK/status"
}

watches() { echo "$SERVICE"; }
drift() {
  must_be_active "$SERVICE"
  must_be_enabled "$SERVICE"
}
