# shellcheck shell=sh
# UFW for packets to the host itself: part of the setting `firewall`, except on OpenMediaVault. UFW writes its files below a
# folder of ours; an empty network namespace compiles them to kernel rules; one transaction loads those into the kernel. UFW
# itself never stops or starts, because it removes and adds its rules one by one, and adds no jumps to existing chains.

# Pattern of the program's rules, in the form of `ufw show added`.
RULE="^(allow|limit|deny) (in on [a-z0-9.+-]{1,15} )?(from [0-9a-f.:/]+ )?to any( port [0-9,:]+)?( proto (tcp|udp))? comment 'homelab[a-z0-9 :/,._-]*'\$"

USER_RULES=$ROOT/etc/ufw/user.rules
USER6_RULES=$ROOT/etc/ufw/user6.rules
UFW_CONF=$ROOT/etc/ufw/ufw.conf
UFW_DEFAULTS=$ROOT/etc/default/ufw
UFW_FRAME="before.rules after.rules before6.rules after6.rules" # the files around the owner's rules and ours
UFW_PRISTINE=$ROOT/usr/share/ufw/iptables
KERNEL_WANTED=$STATE/firewall # the kernel's rules when the setting was applied; the fallback of bin/load-firewall
UFW_REMEMBERED=$STATE/ufw     # the frame as of the first time that the firewall was applied

ufw_files() {
  printf '%s\n' "$USER_RULES" "$USER6_RULES" "$UFW_CONF" "$UFW_DEFAULTS" "$KERNEL_WANTED/iptables" "$KERNEL_WANTED/ip6tables"
  for name in $UFW_FRAME; do printf '%s\n' "$ROOT/etc/ufw/$name" "$UFW_REMEMBERED/$name"; done
}

ufw_check() {
  jq -e --arg rule "$RULE" '.rules | type == "array" and all(type == "string" and test($rule))' "$INPUT" >/dev/null ||
    refuse "a rule has a form that this helper does not accept: $(jq -r --arg rule "$RULE" '[.rules[]? | strings | select(test($rule) | not)][0] // "rules is not a list"' "$INPUT")"
}

# Writes the desired files of UFW below $WORK/ufw.
ufw_stage() {
  UFW_STAGE=$WORK/ufw
  rm -rf "$UFW_STAGE"
  mkdir -p "$UFW_STAGE/etc/default" "$UFW_STAGE/lib/ufw"
  cp -Rp "$ROOT/etc/ufw" "$UFW_STAGE/etc/ufw"
  for name in $UFW_FRAME; do ufw_frame "$name"; done
  for name in user.rules user6.rules; do # a new one has no section for the log
    [ -s "$UFW_STAGE/etc/ufw/$name" ] || cp -p "$UFW_PRISTINE/$name" "$UFW_STAGE/etc/ufw/$name"
  done
  [ -s "$UFW_STAGE/etc/ufw/ufw.conf" ] || printf 'ENABLED=no\nLOGLEVEL=low\n' >"$UFW_STAGE/etc/ufw/ufw.conf"
  # Incoming and forwarded packets are dropped unless a rule accepts them; outgoing connections are allowed.
  sed -e 's/^DEFAULT_INPUT_POLICY=.*/DEFAULT_INPUT_POLICY="DROP"/' -e 's/^DEFAULT_FORWARD_POLICY=.*/DEFAULT_FORWARD_POLICY="DROP"/' \
    -e 's/^DEFAULT_OUTPUT_POLICY=.*/DEFAULT_OUTPUT_POLICY="ACCEPT"/' -e 's/^IPV6=.*/IPV6=yes/' "$UFW_DEFAULTS" >"$UFW_STAGE/etc/default/ufw"
  # UFW only writes its files while it is switched off.
  sed -i 's/^ENABLED=.*/ENABLED=no/' "$UFW_STAGE/etc/ufw/ufw.conf"
  if [ "$(grep -ls '^### LOGGING' "$UFW_STAGE/etc/ufw/user.rules" "$UFW_STAGE/etc/ufw/user6.rules" | wc -l)" != 2 ]; then
    staged_ufw logging "$(sed -n 's/^LOGLEVEL=//p' "$UFW_STAGE/etc/ufw/ufw.conf")" >/dev/null
  fi
  ufw_rules
  sed -i 's/^ENABLED=.*/ENABLED=yes/' "$UFW_STAGE/etc/ufw/ufw.conf"
}
# The frame is the package's, or the owner's as of the first time; later changes by hand are not part of it.
ufw_frame() { # NAME
  file=$UFW_STAGE/etc/ufw/$1
  if [ -s "$file" ] && { cmp -s "$file" "$UFW_PRISTINE/$1" || [ ! -e "$UFW_REMEMBERED/$1" ]; }; then return 0; fi
  former=$UFW_REMEMBERED/$1
  [ -e "$former" ] || former=$UFW_PRISTINE/$1
  cp "$former" "$file"
}

ufw_rules() {
  input '.rules[]' >"$WORK/wanted"
  staged_ufw show added 2>/dev/null | sed -n 's/^ufw //p' >"$WORK/there"
  grep -vxF -f "$WORK/there" "$WORK/wanted" >"$WORK/missing" || true
  without_comment <"$WORK/wanted" >"$WORK/wanted-plain"
  grep -v " comment 'keep'\$" "$WORK/there" | without_comment | grep -vxF -f "$WORK/wanted-plain" >"$WORK/surplus" || true
  while read -r rule; do
    printf '%s\n' "$rule" | staged_ufw_of
    say "added: $rule"
  done <"$WORK/missing"
  while read -r rule; do
    case $rule in
      route\ *) printf '%s\n' "${rule#route }" | staged_ufw_of --force route delete ;;
      *) printf '%s\n' "$rule" | staged_ufw_of --force delete ;;
    esac
    say "removed: $rule"
  done <"$WORK/surplus"
}
staged_ufw() { ufw --datadir="$UFW_STAGE" "$@"; }
staged_ufw_of() { xargs ufw --datadir="$UFW_STAGE" "$@" >/dev/null; }
without_comment() { sed "s/ comment '[^']*'\$//"; }

# Compiles the desired kernel rules to $WORK/kernel-wanted. No modules and no sysctls: a namespace has none of its own.
compile_firewall() { # UFW's folder, or -
  rm -rf "$WORK/kernel-wanted" "$WORK/compiled"
  mkdir -p "$WORK/kernel-wanted"
  compiled=-
  if [ "$1" != - ]; then
    compiled=$WORK/compiled
    cp -R "$1" "$compiled"
    sed -i 's/^\(IPT_SYSCTL\|IPT_MODULES\|MANAGE_BUILTINS\)=.*/\1=/' "$compiled/etc/default/ufw"
  fi
  unshare --net sh "$LIB/lib/compile-firewall.sh" "$compiled" "$WORK/kernel-wanted" "$CHAINS_V4" "$CHAINS_V6"
}

ufw_apply() {
  ufw_stage
  compile_firewall "$UFW_STAGE"
  for name in $UFW_FRAME; do
    [ -e "$UFW_REMEMBERED/$name" ] || write_file "$UFW_REMEMBERED/$name" 0600 <"$UFW_STAGE/etc/ufw/$name"
    ufw_write "/etc/ufw/$name" 0640
  done
  ufw_write /etc/ufw/user.rules 0640
  ufw_write /etc/ufw/user6.rules 0640
  ufw_write /etc/ufw/ufw.conf 0644
  [ -e "$APPLIED" ] || back_up "$UFW_DEFAULTS"
  ufw_write /etc/default/ufw 0644
  load_kernel apply "$WORK/kernel-wanted"
  # A foreign chain may block SSH: then only ours count.
  lets_in || load_kernel apply "$WORK/kernel-wanted" strict=1
  for tables in $FAMILIES; do
    [ ! -e "$WORK/kernel-wanted/$tables" ] || write_file "$KERNEL_WANTED/$tables" 0600 <"$WORK/kernel-wanted/$tables"
  done
  systemctl -q enable ufw.service
}
ufw_write() { # PATH MODE
  cmp -s "$UFW_STAGE$1" "$ROOT$1" || write_file "$ROOT$1" "$2" <"$UFW_STAGE$1"
}

ufw_remove() {
  if [ -e "$STATE/backup$UFW_DEFAULTS" ]; then give_back "$UFW_DEFAULTS"; fi
  applied '.rules[]' | without_comment | while read -r rule; do
    printf '%s\n' "$rule" | xargs ufw --force delete >/dev/null || true
  done
  ufw --force disable >/dev/null
  rm -rf "$UFW_REMEMBERED" "$KERNEL_WANTED"
}

# UFW's own list of rules, without those that the owner keeps.
ufw_says() { # FOLDER with its files
  # a missing file does not keep the others from being listed
  cat "$1/etc/ufw/user.rules" "$1/etc/ufw/user6.rules" "$1/etc/ufw/ufw.conf" "$1/etc/default/ufw" 2>/dev/null | awk '
    /^### tuple ### / && !/ comment=6b656570$/ { print substr($0, 15) }
    /^ENABLED=/ { print "UFW " $0 }
    /^(DEFAULT_(INPUT|FORWARD|OUTPUT)_POLICY|IPV6)=/
  ' | sort
  # shellcheck disable=SC2086 # names
  (cd "$1/etc/ufw" && cksum $UFW_FRAME 2>/dev/null) || true
}

ufw_drift() { must_be_enabled ufw.service; }
