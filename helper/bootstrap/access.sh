# shellcheck shell=sh disable=SC2154 # variables of ../bootstrap.sh
# Sets up the accounts of the request, and leaves what settings/base.sh needs later.

accounts() {
  group "$ACCESS"
  group docker
  account deploy
  account probe
  member deploy docker
  for name in deploy probe; do member "$name" "$ACCESS"; done
  if [ "$admin" != root ]; then member "$admin" "$ACCESS"; fi
  # the only group besides root that OpenMediaVault's sshd lets in
  if [ -n "$omv" ]; then
    for name in deploy probe "$admin"; do [ "$name" = root ] || member "$name" _ssh; done
  fi
  only_once <"$bundle/request/deploy-keys" >"$bundle/deploy"
  cat "$bundle/request/deploy-keys" "$bundle/request/probe-keys" | only_once |
    sed 's|^|restrict,command="sudo -n /usr/local/sbin/homelab-helper probe" |' >"$bundle/probe"
  keys_of deploy "$bundle/deploy"
  keys_of probe "$bundle/probe"
  key_of_admin
}

only_once() { awk 'NF && !seen[$2]++'; }

# SSH takes no passwords once the host's settings are applied.
key_of_admin() {
  home=$(getent passwd "$admin" | cut -d: -f6)
  ! grep -qE '^[^#[:space:]]' "$home/.ssh/authorized_keys" 2>/dev/null || return 0
  keys_of "$admin" "$bundle/deploy"
  warn "$admin had no key and now has those of deploy: SSH will no longer accept passwords"
}

remember() {
  [ -d "$BASE" ] || install -d -m 0700 "$BASE"
  install -m 0600 "$bundle/deploy" "$BASE/keys-deploy"
  install -m 0600 "$bundle/probe" "$BASE/keys-probe"
  printf '%s\n' "$admin" >"$BASE/admin"
  listing "$LIB" | sha256sum >"$BASE/helper"
  sync "$BASE"
}
