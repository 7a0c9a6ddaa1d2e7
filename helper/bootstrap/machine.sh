# shellcheck shell=sh disable=SC2154,SC2034 # variables of ../bootstrap.sh
# The machine itself: requirements, packages, kernel options.

# Runs before anything is changed.
refuse_unfit() {
  [ "$(id -u)" = 0 ] || die "this needs root"
  [ "$(uname -m)" != armv6l ] ||
    die "an ARMv6 (the first Pi Zero) cannot run the containers: use a Pi Zero 2 W with a 64-bit system"
  { command -v apt-get && command -v systemctl; } >&2 ||
    die "this is neither Debian nor Raspberry Pi OS: it has no apt-get or no systemd"
  id -u "$admin" >/dev/null 2>&1 || die "there is no account $admin here"
  [ -s "$bundle/request/deploy-keys" ] || die "no key was given for deploy"
  refuse_engine
}

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null || true)" = installed ]; }

any_installed() { # PACKAGE...
  for package in "$@"; do
    if is_installed "$package"; then return 0; fi
  done
  return 1
}

apt_install() {           # PACKAGE...
  dpkg --configure -a >&2 # completes an installation that was cut short
  apt-get -q update >&2
  DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@" >&2
}

# Packages of every host, and those of the request. Of alternatives, `a | b`, the first is installed unless one of them is
# there already: an owner who chose another time service keeps it.
wanted_packages() {
  printf '%s\n' curl jq sudo nfs-common unattended-upgrades ufw "systemd-timesyncd | chrony | ntp | ntpsec"
  request packages
}

packages() {
  wanted_packages >"$bundle/packages"
  missing=""
  while IFS=' |' read -r package alternatives; do
    # OpenMediaVault brings its own firewall, NFS server and Samba.
    case $omv:$package in 1:ufw | 1:nfs-kernel-server | 1:samba) continue ;; esac
    # shellcheck disable=SC2046 # words
    any_installed "$package" $(printf '%s' "$alternatives" | tr -d '|') || missing="$missing $package"
  done <"$bundle/packages"
  [ -n "$missing" ] || return 0
  # shellcheck disable=SC2086 # words
  apt_install $missing || die "apt could not install$missing: make sure that the host can reach its Debian mirror"
  did "installed$missing"
}

# The firmware of Raspberry Pis switches the memory controller off; without it memory limits silently have no effect.
# The last word on the line wins. https://github.com/RPi-Distro/pi-gen/issues/917
memory_controller() {
  cmdline=/boot/firmware/cmdline.txt
  [ -f "$cmdline" ] || return 0
  ! grep -qw memory /sys/fs/cgroup/cgroup.controllers 2>/dev/null || return 0
  reboot_needed=1
  last=$(head -n 1 "$cmdline" | tr ' ' '\n' | grep -E '^cgroup_(en|dis)able=memory$' | tail -n 1 || true)
  [ "$last" != cgroup_enable=memory ] || return 0
  sed '1s/[[:space:]]*$/ cgroup_enable=memory/' "$cmdline" >"$cmdline.new"
  sync "$cmdline.new"
  mv "$cmdline.new" "$cmdline"
  sync "$cmdline"
  did "$cmdline: cgroup_enable=memory"
}

# Changes with a reboot, even if the kernel keeps running, as in a container: the start time of the first process.
boot_identity() { printf '%s %s\n' "$(cat /proc/sys/kernel/random/boot_id)" "$(awk '{ print $22 }' /proc/1/stat)"; }
