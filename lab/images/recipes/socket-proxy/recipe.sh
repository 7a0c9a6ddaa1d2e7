# shellcheck shell=bash
packages() { echo busybox haproxy; }
fill() {
  skeleton "$1" "$2"
  programs "$1" "$2" /usr/sbin/haproxy
  install -D -m 644 "$IMAGES_DIR/recipes/socket-proxy/haproxy.cfg" "$2/usr/local/etc/haproxy/haproxy.cfg"
}
program() { chroot "$2" /usr/sbin/haproxy -v | awk 'NR == 1 { sub(/-.*/, "", $3); print "HAProxy " $3 " (Debian), rules of the lab" }'; }
