# shellcheck shell=bash
packages() { echo busybox curl openssl socat; }
fill() {
  local root=$1 dest=$2 file
  skeleton "$root" "$dest"
  programs "$root" "$dest" /usr/bin/curl /usr/bin/socat
  mkdir -p "$dest/usr/lib/standin"
  for file in command page.html; do cp "$IMAGES_DIR/recipes/standin/$file" "$dest/usr/lib/standin/"; done
  install -m 755 "$IMAGES_DIR/recipes/standin/entry" "$dest/standin"
  # for ports where the real program speaks TLS; nobody is to trust it, so all stand-ins may have the same
  chroot "$root" /usr/bin/openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
    -subj "/CN=stand-in" -keyout /tmp/standin.key -out /tmp/standin.crt
  cat "$root/tmp/standin.key" "$root/tmp/standin.crt" >"$dest/usr/lib/standin/tls.pem"
  chmod 644 "$dest/usr/lib/standin/tls.pem"
}
program() { chroot "$2" /bin/busybox | awk 'NR == 1 { print "stand-in (BusyBox " substr($2, 2) " httpd)" }'; }
