#!/bin/bash
# build.sh: make the layer of every recipe once, into $LAB_CACHE/images/<recipe>/{layer.tar.gz,config.json}.
# Programs come from the Debian mirror that this machine's apt uses, and from the machine's Python package index.
. "$(dirname "$0")/lib.sh"
# shellcheck source=recipes/tools.sh
. "$IMAGES_DIR/recipes/tools.sh"

# shellcheck disable=SC1091
suite() { (. /etc/os-release && echo "$VERSION_CODENAME"); }
# shellcheck disable=SC2016  # apt fills these in
mirror() { # SUITE: where this machine's apt sources have it
  apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
    awk -v r="$1" '$1 == r && !seen { sub("/$", "", $2); print $2; seen = 1 }'
}

# ask RECIPE FUNCTION ARG...: a recipe defines packages (what to unpack), fill (ROOT DEST: make the image's files) and
# program (ROOT DEST: what it is, from its own mouth).
ask() { (
  # shellcheck disable=SC1090
  . "$IMAGES_DIR/recipes/$1/recipe.sh"
  "${@:2}"
); }

# A layer is what its recipe, the tools and the Debian release make it.
key() {
  {
    suite
    dpkg --print-architecture
    cd "$IMAGES_DIR/recipes"
    find "$1" tools.sh -type f -printf '%p %m\n' -exec sha256sum {} \; | sort
  } | sha256sum | cut -d' ' -f1
}
fresh() { [ -f "$LAYERS/$1/config.json" ] && [ "$(cat "$LAYERS/$1/key" 2>/dev/null)" = "$(key "$1")" ]; }

# unpack ROOT PACKAGE...: unpacked only, no installation; one tree for all recipes is far quicker than one each. /bin and the
# like are links from the start: some packages rely on them, and no package that makes them is installed.
# shellcheck disable=SC2016  # $1 is the hook's
unpack() {
  local root=$1 s from security
  s=$(suite) from=$(mirror "$s") security=$(mirror "$s-security")
  shift
  [ -n "$from" ] || die "no mirror for Debian $s among this machine's apt sources"
  note "unpacking Debian packages for ${missing[*]}"
  mmdebstrap --variant=extract --include="$(
    IFS=,
    echo "$*"
  )" \
    --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
    --setup-hook='for d in bin sbin lib lib64; do mkdir -p "$1/usr/$d"; ln -s "usr/$d" "$1/$d"; done' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    "$s" "$root" "deb $from $s main" "deb $from $s-updates main" ${security:+"deb $security $s-security main"} \
    >&2 || die "Debian packages could not be unpacked"
}

make_layer() { # RECIPE ROOT
  local dir=$WORK/$1 what key
  key=$(key "$1")
  mkdir -p "$dir/root"
  ask "$1" fill "$2" "$dir/root" >&2 & # not before ||, where its errors would not stop it
  wait $! || die "$1 could not be made"
  what=$(ask "$1" program "$2" "$dir/root" | tail -n 1)
  [ -n "$what" ] || die "$1 does not run"
  seal "$dir" "$IMAGES_DIR/recipes/$1/config.json" "$what" "$LAYERS/$1"
  echo "$key" >"$LAYERS/$1/key" # last: without it the layer counts as not made
  did "$1: $what, $(($(stat -c %s "$LAYERS/$1/layer.tar.gz") / 1024 / 1024)) MB"
  rm -rf "$dir"
}

missing() {
  local r
  for r in $(recipes); do fresh "$r" || echo "$r"; done
}

[ "$(id -u)" = 0 ] || die "needs root"
mapfile -t missing < <(missing)
if [ ${#missing[@]} -gt 0 ]; then
  mkdir -p "$LAYERS"
  exec 9>"$LAYERS/lock"
  flock 9
  mapfile -t missing < <(missing) # another run may have made them meanwhile
fi
if [ ${#missing[@]} = 0 ]; then
  note "all $(recipes | wc -l) layers are there"
  exit
fi
find "$LAYERS" -maxdepth 1 -name '.work.*' -exec rm -rf --one-file-system {} + # of an interrupted run: we hold the lock
WORK=$(mktemp -d "$LAYERS/.work.XXXXXX")
trap 'rm -rf --one-file-system "$WORK"' EXIT
trap 'exit 130' INT TERM
mapfile -t packages < <(for recipe in "${missing[@]}"; do ask "$recipe" packages; done | tr ' ' '\n' | sort -u)
unpack "$WORK/debian" "${packages[@]}"
for recipe in "${missing[@]}"; do make_layer "$recipe" "$WORK/debian"; done
