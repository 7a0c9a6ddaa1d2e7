# shellcheck shell=bash
packages() { echo busybox curl transmission-daemon util-linux; }
fill() {
  skeleton "$1" "$2"
  programs "$1" "$2" /usr/bin/transmission-daemon /usr/bin/curl /usr/bin/setpriv
  copy "$1" "$2" /usr/share/transmission
  account "$2" abc 911 # the name in LinuxServer's images
  install -D -m 644 "$IMAGES_DIR/recipes/transmission/settings.json" "$2/defaults/settings.json"
  install -m 755 "$IMAGES_DIR/recipes/transmission/init.sh" "$2/init"
  mkdir -p "$2/config" "$2/downloads" "$2/watch"
  chown 911:911 "$2/config" "$2/downloads" "$2/watch"
}
program() { chroot "$2" /usr/bin/transmission-daemon --version 2>&1 | awk '{ print "Transmission " $2 " (Debian), start script of the lab" }'; }
