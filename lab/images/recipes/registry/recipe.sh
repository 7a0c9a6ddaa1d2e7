# shellcheck shell=bash
packages() { echo busybox docker-registry; }
fill() {
  skeleton "$1" "$2"
  programs "$1" "$2" /usr/bin/docker-registry
  mv "$2/usr/bin/docker-registry" "$2/usr/bin/registry" # its name in the official image
  install -D -m 644 "$IMAGES_DIR/recipes/registry/config.yml" "$2/etc/distribution/config.yml"
  install -m 755 "$IMAGES_DIR/recipes/registry/entrypoint.sh" "$2/entrypoint.sh"
  mkdir -p "$2/var/lib/registry"
}
program() { chroot "$2" /bin/registry --version | awk '{ sub(/\+.*/, "", $3); print "Docker registry " $3 " (Debian)" }'; }
