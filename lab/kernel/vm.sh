#!/bin/bash
# The virtual machines.   vm.sh fresh      all of them with new disks
#                         vm.sh off NAME   pull the plug: no shutdown, nothing is written
#                         vm.sh on NAME    with the disk that it had
# Always emulated: of kernels that have /dev/kvm, not all can boot a stock kernel with it.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../machine/ssh-files.sh"
run=$LAB_DIR/run
BOOT_TIME=420 # seconds; two at once take one minute on two cores, and longer where others want these too

running() { # NAME
  local pid birth
  [ -e "$run/$1.vm" ] && read -r pid birth <"$run/$1.vm" && alive "$pid" "$birth"
}
off() { # NAME
  local pid birth
  [ -e "$run/$1.vm" ] || return 0
  read -r pid birth <"$run/$1.vm"
  while alive "$pid" "$birth"; do
    kill -9 "$pid"
    sleep .1
  done
  forget "vm $pid $birth"
  rm "$run/$1.vm"
}
seed() { # NAME ADDRESS: a second archive behind the initrd, which the kernel unpacks too
  local dir=$run/$1.seed
  rm -rf "$dir"
  mkdir -p "$dir/seed" "$run/known"
  ssh-keygen -q -t ed25519 -N '' -C "$1" -f "$dir/seed/ssh_host_ed25519_key"
  echo "$2 $(cut -d' ' -f1,2 "$dir/seed/ssh_host_ed25519_key.pub")" >"$run/known/$1"
  install -m 600 "$ADMIN_KEY.pub" "$dir/seed/authorized_keys"
  printf 'NAME=%s ADDRESS=%s\n' "$1" "$2" >"$dir/seed/settings"
  {
    echo '127.0.0.1 localhost'
    vms | awk '{ print $2, $1 }'
  } >"$dir/seed/hosts"
  {
    cat "$VM_IMAGE/initrd"
    (cd "$dir" && find . | "$VM_IMAGE/busybox" cpio -o -H newc -R 0:0)
  } >"$run/$1.initrd"
  rm -rf "$dir"
}
on() { # NAME ADDRESS MEMORY
  local pid
  local args=(
    -name "$1" -machine q35 -accel "tcg,thread=multi,tb-size=128" -cpu max -smp 1 -m "$3"
    -nodefaults -no-user-config -display none -serial "file:$LAB_DIR/log/$1.console"
    -kernel "$VM_IMAGE/vmlinuz" -initrd "$run/$1.initrd" -append "console=ttyS0 quiet panic=5"
    -drive "file=$run/$1.disk,format=raw,if=virtio,cache=unsafe"
    -netdev "tap,id=lan,ifname=vm-$1,script=no,downscript=no"
    -device "virtio-net-pci,netdev=lan,romfile=,mac=52:54:00:1e:$(printf '%02x:%02x' "${NET##*.}" "${2##*.}")"
  )
  ! running "$1" || return 0
  off "$1" # the record of one that ended by itself
  unbroken
  nsenter --net="/run/netns/$NETNS" -- setsid qemu-system-x86_64 "${args[@]}" >>"$LAB_DIR/log/$1.qemu" 2>&1 </dev/null &
  pid=$!
  echo "$pid $(born $pid)" >"$run/$1.vm"
  record "vm $(cat "$run/$1.vm")"
  breakable
}
wait_for() { # NAME ADDRESS: until one can log in, and its systemd has finished
  local state="" deadline=$((SECONDS + BOOT_TIME))
  while [ $SECONDS -lt $deadline ]; do
    state=$(ssh -n -F "$LAB_DIR/ssh_config" -o BatchMode=yes -o ConnectTimeout=5 -l "$ADMIN" "$1" systemctl is-system-running --wait 2>>"$LAB_DIR/log/ssh" || true)
    case $state in running | degraded) break ;; esac
    running "$1" || die "$1: QEMU has ended, see $LAB_DIR/log/$1.qemu"
    sleep .5
  done
  case $state in
    running) did "$1 $2 running" ;;
    degraded) warn "$1 has failed units, see $LAB_DIR/log/$1.console" ;;
    *) die "$1 does not come up, see $LAB_DIR/log/$1.console" ;;
  esac
}
one() { vms | awk -v name="$1" '$1 == name' | grep . || die "no virtual machine '$1'"; }

case ${1:-} in
  fresh)
    while read -r name address memory; do
      off "$name"
      seed "$name" "$address"
      cp --sparse=always --reflink=auto "$VM_IMAGE/root.ext4" "$run/$name.disk"
      on "$name" "$address" "$memory"
    done < <(vms)
    vms | ssh_files
    while read -r name address _; do wait_for "$name" "$address"; done < <(vms)
    ;;
  off)
    one "$2" >/dev/null
    off "$2"
    ;;
  on)
    read -r name address memory < <(one "$2")
    on "$name" "$address" "$memory"
    wait_for "$name" "$address"
    ;;
  down)
    while read -r name _; do off "$name"; done < <(vms)
    ;;
  *) die "vm.sh does not know '${1:-}'" ;;
esac
