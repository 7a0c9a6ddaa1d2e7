# shellcheck shell=bash
# What recipes are made with. ROOT is a tree of unpacked Debian packages, DEST the image being made.
# There is no base image: an image holds the program, the libraries its ELF loader names, and BusyBox.

loader() {
  local l
  for l in "$1"/lib*/ld-linux*.so.*; do
    echo "${l#"$1"}"
    return
  done
}

# libraries ROOT FILE...: the libraries that these programs and shared objects need, one path a line.
libraries() {
  local root=$1 ld file
  ld=$(loader "$root")
  shift
  echo "$ld"
  for file; do chroot "$root" "$ld" --list "$file" | awk '$2 == "=>" && $3 ~ "^/" { print $3 }'; done | sort -u
}

# copy ROOT DEST PATH...: files and folders at the same place. A PATH that is a link is followed; links within a folder stay
# links, because absolute ones would lead out of Debian's tree into this machine's.
copy() {
  local root=$1 dest=$2 path
  shift 2
  for path; do
    mkdir -p "$dest$(dirname "$path")"
    cp -rH --remove-destination "$root$path" "$dest$(dirname "$path")/" # else it would write through a link to BusyBox
  done
}

# programs ROOT DEST PATH...: copy, together with the libraries.
programs() {
  local root=$1 dest=$2 lib
  copy "$@"
  shift 2
  libraries "$root" "$@" | while read -r lib; do
    [ -e "$dest$lib" ] || copy "$root" "$dest" "$lib"
  done
}

# skeleton ROOT DEST: folders, accounts and BusyBox's commands.
skeleton() {
  local root=$1 dest=$2 dir applet
  mkdir -p "$dest"/usr/{bin,sbin,lib,lib64,local/bin} "$dest"/{etc,proc,sys,dev,run,root,tmp,var/tmp}
  for dir in bin sbin lib lib64; do ln -s "usr/$dir" "$dest/$dir"; done
  ln -s ../run "$dest/var/run"
  chmod 1777 "$dest/tmp" "$dest/var/tmp"
  printf '%s\n' root:x:0:0:root:/root:/bin/sh nobody:x:65534:65534:nobody:/:/bin/false >"$dest/etc/passwd"
  printf '%s\n' root:x:0: nogroup:x:65534: >"$dest/etc/group"
  echo 'hosts: files dns' >"$dest/etc/nsswitch.conf"
  # not busybox-static: its shell runs its own wget and setpriv whatever PATH says
  programs "$root" "$dest" /bin/busybox
  chroot "$root" /bin/busybox --list | while read -r applet; do
    [ -e "$dest/usr/bin/$applet" ] || ln -s busybox "$dest/usr/bin/$applet"
  done
  wget_without_timeout "$dest"
}

# Debian's BusyBox 1.35 crashes on wget -T; health checks with a timeout must work all the same (Docker has its own).
wget_without_timeout() {
  rm -f "$1/usr/bin/wget"
  cat >"$1/usr/bin/wget" <<'WGET'
#!/bin/sh
n=$#
while [ "$n" -gt 0 ]; do
  a=$1; shift; n=$((n - 1))
  case $a in
    -T | --timeout) shift; n=$((n - 1)) ;;
    -T* | --timeout=*) ;;
    *) set -- "$@" "$a" ;;
  esac
done
exec busybox wget "$@"
WGET
  chmod 755 "$1/usr/bin/wget"
}

# account DEST NAME ID: a user and a group.
account() {
  echo "$2:x:$3:$3::/:/bin/sh" >>"$1/etc/passwd"
  echo "$2:x:$3:" >>"$1/etc/group"
}
