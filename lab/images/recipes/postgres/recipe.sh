# shellcheck shell=bash
packages() { echo busybox libc-bin postgresql tzdata util-linux; }
fill() {
  local root=$1 dest=$2 home bin
  home=$(cd "$root" && ls -d usr/lib/postgresql/*) home=/$home
  skeleton "$root" "$dest"
  mapfile -t files < <(cd "$root" && find "${home#/}/bin" "${home#/}/lib" -maxdepth 1 -type f ! -name '*llvmjit*' -printf '/%p\n')
  programs "$root" "$dest" "${files[@]}" /usr/bin/setpriv
  for bin in "$dest$home"/bin/*; do ln -sf "..${bin#"$dest/usr"}" "$dest/usr/bin/${bin##*/}"; done
  copy "$root" "$dest" "/usr/share/postgresql/${home##*/}" /usr/share/zoneinfo /usr/lib/locale/C.utf8
  account "$dest" postgres 999
  install -d -o 999 -g 999 -m 1777 "$dest/var/lib/postgresql"
  install -d -o 999 -g 999 -m 3777 "$dest/run/postgresql"
  install -m 755 "$IMAGES_DIR/recipes/postgres/entrypoint.sh" "$dest/usr/local/bin/docker-entrypoint.sh"
}
program() { chroot "$2" /usr/bin/postgres --version | awk '{ print "PostgreSQL " $3 " (Debian)" }'; }
