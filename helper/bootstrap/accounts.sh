# shellcheck shell=sh disable=SC2154 # variables of ../bootstrap.sh
# Who may log in: deploy by key, probe for one read-only command, and the admin who was there before.

accounts() {
  group homelab-ssh
  group docker
  account deploy
  account probe
  member deploy docker
  for name in deploy probe; do member "$name" homelab-ssh; done
  if [ "$admin" != root ]; then member "$admin" homelab-ssh; fi
  # the only group, besides root, that OpenMediaVault's sshd lets in
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

group() {
  getent group "$1" >/dev/null && return 0
  groupadd --system "$1"
  also "group $1"
}

account() {
  if ! getent passwd "$1" >/dev/null; then
    if getent group "$1" >/dev/null; then own="--gid $1"; else own=--user-group; fi
    # shellcheck disable=SC2086 # words
    useradd --create-home --shell /bin/bash $own "$1"
    also "$1 made"
  fi
  # '*' is no password; the '!' of useradd is a locked account, which sshd may refuse even by key
  [ "$(getent shadow "$1" | cut -d: -f2)" = '*' ] || usermod --password '*' "$1"
  if [ -n "$(getent shadow "$1" | cut -d: -f8)" ]; then
    usermod --expiredate '' "$1"
    also "$1 no longer expires"
  fi
  case $(getent passwd "$1" | cut -d: -f7) in
    */nologin | */false)
      usermod --shell /bin/bash "$1"
      also "$1 may log in again"
      ;;
  esac
}

member() { # ACCOUNT GROUP
  case " $(id -nG "$1") " in *" $2 "*) return 0 ;; esac
  usermod --append --groups "$2" "$1"
  also "$1 is in $2"
}

only_once() { awk 'NF && !seen[$2]++'; }

keys_of() { # ACCOUNT FILE: exactly these keys
  home=$(getent passwd "$1" | cut -d: -f6)
  [ ! -L "$home/.ssh" ] || die "$home/.ssh is a symbolic link: remove it"
  [ "$(stat -c '%a %U' "$home/.ssh" 2>/dev/null)" = "700 $1" ] || install -d -m 700 -o "$1" -g "$(id -gn "$1")" "$home/.ssh"
  file=$home/.ssh/authorized_keys
  if [ ! -L "$file" ] && [ "$(stat -c '%a %U' "$file" 2>/dev/null)" = "600 $1" ] && cmp -s "$2" "$file"; then return 0; fi
  gone=0
  [ ! -f "$file" ] || gone=$(grep -cvxF -f "$2" "$file" || true)
  install -m 600 -o "$1" -g "$(id -gn "$1")" "$2" "$file.new"
  mv -T "$file.new" "$file"
  if [ "$gone" = 0 ]; then also "keys of $1: $(wc -l <"$2")"; else also "keys of $1: $(wc -l <"$2") ($gone taken away)"; fi
}

# Passwords will not open SSH once the host's settings are applied.
key_of_admin() {
  home=$(getent passwd "$admin" | cut -d: -f6)
  ! grep -qE '^[^#[:space:]]' "$home/.ssh/authorized_keys" 2>/dev/null || return 0
  keys_of "$admin" "$bundle/deploy"
  warn "$admin had no key and has those of deploy now: SSH will take no passwords any more"
}
