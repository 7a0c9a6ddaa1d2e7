# shellcheck shell=sh disable=SC2034 # used by those that source this
# The accounts that bootstrap creates and settings/base.sh repairs: deploy by key, probe for one read-only command, and the
# existing admin. A script that sources this defines `also WORDS`, which reports a change, and `die WORDS`.

ACCESS=homelab-ssh
DOOR=/usr/local/sbin/homelab-helper # the link to the helper, which is all that sudoers names

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
  # '*' means no password; the '!' of useradd locks the account, and sshd may then refuse even a key
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
  if [ "$gone" = 0 ]; then also "keys of $1: $(wc -l <"$2")"; else also "keys of $1: $(wc -l <"$2") ($gone removed)"; fi
}

# deploy may run the helper, probe may look; both in sudo's clean environment, whatever the host's own sudoers keep.
SUDOERS=$ROOT/etc/sudoers.d/homelab
sudoers_text() {
  cat <<TEXT
# Written by the homelab's bootstrap, which overwrites changes.
Defaults:deploy,probe env_reset, !setenv, !env_keep, !requiretty
Defaults:deploy,probe secure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
deploy ALL=(root) NOPASSWD:NOSETENV: $DOOR
probe ALL=(root) NOPASSWD:NOSETENV: $DOOR probe
TEXT
}
sudoers() { # FOLDER for a draft
  sudoers_text >"$1/sudoers"
  if ! cmp -s "$1/sudoers" "$SUDOERS" || [ "$(stat -c '%a %u' "$SUDOERS")" != "440 0" ]; then
    visudo -cqf "$1/sudoers" >&2 || die "sudo rejects the line for the helper: see visudo -c"
    install -m 0440 "$1/sudoers" "$SUDOERS.new~" # sudo ignores names with a ~
    mv -T "$SUDOERS.new~" "$SUDOERS"
    also "sudo for deploy and probe: the helper, nothing else"
  fi
}

host_name() { # NAME
  if [ "$(cat "$ROOT/etc/hostname" 2>/dev/null)" != "$1" ] || [ "$(uname -n)" != "$1" ]; then
    former=$(uname -n)
    hostnamectl set-hostname "$1" >&2 || { printf '%s\n' "$1" >"$ROOT/etc/hostname" && hostname "$1"; }
    also "host name $1, was $former"
  fi
  # sudo and others look up the host's own name, even without a network
  hosts_knows "$1" && return 0
  if grep -q '^127\.0\.1\.1[[:space:]]' "$ROOT/etc/hosts"; then
    sed -i "s/^127\.0\.1\.1[[:space:]].*/127.0.1.1\t$1/" "$ROOT/etc/hosts"
  else
    printf '127.0.1.1\t%s\n' "$1" >>"$ROOT/etc/hosts"
  fi
  also "/etc/hosts knows $1"
}
hosts_knows() { grep -qsE "^[^#]*[[:space:]]$1([[:space:]]|\$)" "$ROOT/etc/hosts"; }

# Modes, digests and links of the files in a folder.
listing() { # FOLDER
  (cd "$1" && find . -printf '%p %y %m %u %g\n' | sort && find . -type f | sort | xargs sha256sum)
}
