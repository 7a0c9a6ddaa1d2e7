# shellcheck shell=bash
# SSH configuration for the hosts of a lab. Sourced by hosts.sh and ../kernel/vm.sh.

ssh_files() { # for ssh -F, and to pin host keys; the hosts, "name address", on stdin
  local name address
  : >"$LAB_DIR/known_hosts"
  {
    while read -r name address _; do
      printf 'Host %s\n  HostName %s\n' "$name" "$address"
      cat "$LAB_DIR/run/known/$name" >>"$LAB_DIR/known_hosts"
    done
    printf 'Host *\n  User deploy\n  IdentitiesOnly yes\n  IdentityAgent none\n'
    printf '  UserKnownHostsFile %s\n  GlobalKnownHostsFile none\n  StrictHostKeyChecking yes\n' "$LAB_DIR/known_hosts"
    printf 'Match user %s\n  IdentityFile %s\n' deploy "$DEPLOY_KEY" "$ADMIN" "$ADMIN_KEY" probe "$PROBE_KEY"
  } >"$LAB_DIR/ssh_config"
}
