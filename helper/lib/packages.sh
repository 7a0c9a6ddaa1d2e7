# shellcheck shell=sh
# Programs that a setting needs and that Debian has.

# Installs the package where the program is missing; a host without a way to Debian's mirror says so.
need() { # PROGRAM PACKAGE
  command -v "$1" >/dev/null && return
  say "installing $2"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=60 "$2" >"$WORK/apt" 2>&1 ||
    {
      say "apt says: $(tail -n 1 "$WORK/apt")" >&2
      exit 1
    }
}
