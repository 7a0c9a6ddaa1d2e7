# shellcheck shell=bash disable=SC2034
# What the scripts of the virtual machines share, on top of ../machine/lib.sh; not run by itself.
export LAB_INSTANCE=kernel
. "$(dirname "${BASH_SOURCE[0]}")/../machine/lib.sh"

KERNEL_SRC=$LAB_SRC/kernel
BRIDGE=lab0 # in the lab's own namespace, so the name cannot clash
# root.ext4, vmlinuz, initrd and a busybox. A changed recipe is a new id; a newer kernel in the archive is not.
VM_IMAGE=$LAB_CACHE/vm-$({
  echo "$BASE_ID $ADMIN"
  cat "$KERNEL_SRC"/{image.sh,init}
} | sha256sum | cut -c1-12)

vms() { lines "$KERNEL_SRC/vms.txt" | awk -v net="$NET" '{ print $1, net "." $2, $3 }'; } # "name address memory"
