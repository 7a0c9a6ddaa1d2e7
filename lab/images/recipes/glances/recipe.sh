# shellcheck shell=bash
GLANCES=4.5.8
packages() { echo busybox ca-certificates curl libc-bin python3 python3-pip; }

# The unpacked Python runs outside of its tree, so that this machine's pip settings, certificates and name server hold.
python() {
  local root=$1 triplet
  triplet=$(basename "$root"/usr/lib/*-linux-gnu*)
  shift
  PYTHONHOME=$root/usr PYTHONPATH=$root/usr/lib/python3/dist-packages PYTHONDONTWRITEBYTECODE=1 \
    "$root$(loader "$root")" --library-path "$root/lib/$triplet:$root/usr/lib/$triplet" "$root/usr/bin/python3" "$@"
}
certificates() { # a machine without certificates of its own lends those of the package
  [ -z "${PIP_CERT:-}" ] && [ ! -s /etc/ssl/certs/ca-certificates.crt ] || return 0
  cat "$1"/usr/share/ca-certificates/mozilla/*.crt >"$1/certificates.pem"
  export PIP_CERT=$1/certificates.pem
}

fill() {
  local root=$1 dest=$2 site=/usr/local/lib/glances lib
  lib=$(cd "$root" && ls -d usr/lib/python3.*)
  certificates "$root"
  python "$root" -m pip --quiet install --target "$root$site" --only-binary=:all: --no-compile --root-user-action=ignore \
    "glances[web]==$GLANCES"
  skeleton "$root" "$dest"
  programs "$root" "$dest" /usr/bin/python3 /usr/bin/curl
  mapfile -t objects < <(cd "$root" && find "$lib/lib-dynload" "${site#/}" -name '*.so' -printf '/%p\n')
  programs "$root" "$dest" "${objects[@]}"
  copy "$root" "$dest" "/$lib" "$site" /usr/lib/locale/C.utf8
  rm -rf "${dest:?}/$lib"/{test,idlelib,tkinter,turtledemo,ensurepip,lib2to3} "${dest:?}$site/bin" "${dest:?}$site/share"
  install -D -m 644 "$IMAGES_DIR/recipes/glances/glances.conf" "$dest/etc/glances/glances.conf"
  # with a read-only root nothing could be compiled at the start
  chroot "$dest" /usr/bin/python3 -m compileall -q "/$lib" "$site" || true
}
program() {
  chroot "$2" /usr/bin/env PYTHONPATH=/usr/local/lib/glances HOME=/tmp LC_ALL=C.UTF-8 python3 -c \
    'import glances, platform; print(f"Glances {glances.__version__} (PyPI), Python {platform.python_version()}")'
}
