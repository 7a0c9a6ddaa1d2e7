# shellcheck shell=sh disable=SC2153 # capitals are variables of ../helper
# Checks whether the administrators can still log in, as far as the host itself can tell: by a walk through the kernel's
# rules, and by sshd's sockets. If they cannot, and no former state is left to roll back to, SSH is opened to the LAN.

ADMIN=$STATE/admin            # who should get in, as of the last guarded setting
FORCED=$STATE/ssh-forced-open # exists while SSH is forced open; who should get in, see note_admin
MARK="homelab: last resort"

# Records the port of SSH and who should reach it, one a line, from the input.
note_admin() { # FILE
  input '.admin // empty | .port, .from[]' >"$1"
}
# The same for a rollback; without it in the input, from an earlier input.
keep_admin() { # FILE
  note_admin "$WORK/admin"
  # the setting ssh knows only the port
  if [ "$(wc -l <"$WORK/admin")" -gt 1 ]; then write_file "$ADMIN" 0600 <"$WORK/admin"; fi
  if [ -e "$ADMIN" ]; then
    cp "$ADMIN" "$1"
  elif [ -s "$WORK/admin" ]; then
    cp "$WORK/admin" "$1"
  fi
}

check_admin() {
  jq -e '.admin // {port: 22, from: []} | (.port | type == "number" and . == floor and . > 0 and . < 65536) and
    (.from | type == "array" and all(type == "string" and test("^([0-9a-f.:/]{2,50}|[a-z][a-z0-9.+-]{0,14})$")))' "$INPUT" >/dev/null ||
    refuse "admin must say the port of SSH and the addresses or interfaces from which to reach it"
}

# Senders for walk.awk, of one family: ADDRESS,INTERFACE,OWN-ADDRESS for the first and last address of each subnet, and for
# each interface that exists.
senders() { # FILE FAMILY
  sed 1d "$1" | while read -r from; do
    case $from in
      *:*) [ "$2" = ip6tables ] && sender "$(first_of "$from")" -6 ;;
      *.*) [ "$2" = iptables ] && sender "$(first_of "$from")" -4 ;;
      # any address of the tailnet will do
      *) if [ -e "$ROOT/sys/class/net/$from" ] && [ "$2" = iptables ]; then echo "100.100.0.1,$from,"; fi ;;
    esac || true
  done | tr '\n' ' '
}
# The first host address of a subnet.
first_of() {
  case $1 in
    */32 | */128) echo "${1%/*}" ;;
    *:*/*) echo "${1%/*}1" | sed 's/\([^:]\)1$/\1/' ;;
    */*) echo "${1%/*}" | awk -F. '{ print $1 "." $2 "." $3 "." $4 + 1 }' ;;
    *) echo "$1" ;;
  esac
}
sender() { # ADDRESS -4|-6
  ip "$2" -o route get "$1" 2>/dev/null | awk -v address="$1" '{
    for (i = 1; i < NF; i++) { if ($i == "dev") dev = $(i + 1); if ($i == "src") own = $(i + 1) }
    print address "," dev "," own
    found = 1
  }
  END { if (!found) print address ",," }'
}

# The fate of their packets, one a line.
walk() { # FILE
  save_kernel "$WORK/kernel-walked"
  port=$(head -n 1 "$1")
  for tables in $FAMILIES; do
    [ -s "$WORK/kernel-walked/$tables" ] || continue
    on_rules walk -v port="$port" -v senders="$(senders "$1" "$tables")" "$WORK/kernel-walked/$tables"
  done
}

# Everybody whom the declaration names gets in.
lets_everybody_in() { # FILE
  [ -s "$1" ] || return 0
  sshd_listens "$1" || return 1
  ! walk "$1" | grep -qx dropped
}
# At least one of them gets in.
lets_somebody_in() { # FILE
  [ -s "$1" ] || return 0
  sshd_listens "$1" || return 1
  walk "$1" >"$WORK/walked"
  [ ! -s "$WORK/walked" ] || grep -qvx dropped "$WORK/walked"
}
# Tries more than once: sshd does not listen while it reloads its configuration.
sshd_listens() { # FILE
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    if listens_now "$1"; then return 0; fi
    sleep 0.2
  done
  return 1
}
listens_now() {
  ss -Hltn "sport = :$(head -n 1 "$1")" | awk '$4 !~ /^(127\.|\[::1\])/ { found = 1 } END { exit !found }'
}

# Runs after a rollback, whether it succeeded or not.
assure_ssh() { # FILE
  [ -s "$1" ] || return 0
  if lets_somebody_in "$1"; then return 0; fi
  cp "$1" "$FORCED.new"
  mv -T "$FORCED.new" "$FORCED" # first: if this is killed here, the watch takes over
  force_ssh
}
force_ssh() {
  say "nobody could log in: SSH is open to the LAN until the firewall is applied again" >&2
  sshd_listens "$FORCED" || start_sshd
  close_forced
  port=$(head -n 1 "$FORCED")
  for family in iptables:-4 ip6tables:-6; do
    for table in raw/PREROUTING mangle/PREROUTING mangle/INPUT filter/INPUT; do
      neighbours "${family#*:}" | while read -r subnet; do
        "${family%:*}" -w 10 -t "${table%/*}" -I "${table#*/}" 1 -p tcp -s "$subnet" --dport "$port" \
          -m comment --comment "$MARK" -j ACCEPT 2>/dev/null || true
      done
    done
    "${family%:*}" -w 10 -I OUTPUT 1 -p tcp --sport "$port" -m comment --comment "$MARK" -j ACCEPT 2>/dev/null || true
  done
}
# The subnets of this host's physical interfaces, without Docker's and the tailnet.
neighbours() { # -4|-6
  ip "$1" -o route show proto kernel | awk '$1 != "default" && $1 !~ /^(ff|multicast|unreachable)/ { print $3, $1 }' |
    grep -Ev '^(lo|docker0|br-|veth|tailscale|wg|tun)' | cut -d' ' -f2 | sort -u
}
close_forced() {
  for tables in $FAMILIES; do
    "$tables-save" 2>/dev/null | awk -v mark="$MARK" '/^\*/ { table = substr($0, 2) }
      /^-A / && index($0, "\"" mark "\"") { sub(/^-A/, "-D"); print "-t " table " " $0 }' | while read -r rule; do
      printf '%s\n' "$rule" | xargs "$tables" -w 10 || true
    done
  done
}
# Starts sshd with its built-in defaults if its files keep it from starting.
start_sshd() {
  [ -d "$ROOT/run/sshd" ] || mkdir -m 0755 "$ROOT/run/sshd"
  systemctl reset-failed ssh.service 2>/dev/null || true
  if sshd -t 2>/dev/null && systemctl restart ssh.service; then return; fi
  printf '%s\n' "Port $(head -n 1 "$FORCED")" "PasswordAuthentication no" "KbdInteractiveAuthentication no" \
    "PermitRootLogin no" "UsePAM yes" "Subsystem sftp /usr/lib/openssh/sftp-server" >"$ROOT/run/homelab-sshd.conf"
  systemd-run --quiet --unit=homelab-sshd --property=Restart=on-failure /usr/sbin/sshd -D -f "$ROOT/run/homelab-sshd.conf" || true
}

# Removes the last resort once SSH works as declared without it.
release_ssh() {
  [ -e "$FORCED" ] || return 0
  close_forced
  systemctl stop homelab-sshd.service 2>/dev/null || true
  if lets_somebody_in "$FORCED"; then
    rm -f "$FORCED"
  else
    force_ssh
  fi
}
forced_findings() {
  [ -e "$FORCED" ] || return 0
  save_kernel "$WORK/kernel"
  if grep -qsF "\"$MARK\"" "$WORK/kernel/iptables" "$WORK/kernel/ip6tables"; then
    finding ssh-forced-open "" "SSH is open to the whole LAN, because neither the new nor the former state let anybody in"
  fi
}
