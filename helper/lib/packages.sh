# shellcheck shell=sh
# Programs that a setting needs, from Debian's packages.

# Installs the package if the program is missing; fails with apt's reason if the host cannot reach Debian's mirror.
need() { # PROGRAM PACKAGE
  command -v "$1" >/dev/null && return
  say "installing $2"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=60 "$2" >"$WORK/apt" 2>&1 ||
    {
      say "apt says: $(tail -n 1 "$WORK/apt")" >&2
      exit 1
    }
}
