#!/bin/bash
# What the virtual machines boot: the hosts' root file system as a disk, and Debian's cloud kernel, which has NFS.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../machine/debian.sh"

exec 9>"$LAB_CACHE/vm.lock"
flock 9
if [ -e "$VM_IMAGE/initrd" ]; then
  note "in the cache"
  exit
fi
"$LAB_SRC/machine/rootfs.sh"
work=$LAB_CACHE/vm.part
root=$work/root
rm -rf --one-file-system "$work" # of an interrupted run
mkdir -p "$root" "$work/initrd"/{bin,proc,sys,dev,root,seed}

package=$(apt-cache depends --important linux-image-cloud-amd64 | awk '$1 == "Depends:" { print $2; exit }')
kernel=${package#linux-image-}
note "kernel $kernel"
(cd "$work" && apt-get -o APT::Sandbox::User=root download "$package") >&2
tar -C "$root" -xpf "$BASE/root.tar" --numeric-owner
dpkg-deb --fsys-tarfile "$work/$package"_*.deb | tar -C "$root" -xp --keep-directory-symlink # /lib is a link
mv "$root/boot/vmlinuz-$kernel" "$work/vmlinuz"

chroot "$root" depmod "$kernel"
chroot "$root" useradd --create-home --shell /bin/bash --uid 1000 --groups sudo "$ADMIN" # as in ../host/Dockerfile
chroot "$root" usermod --password '*' "$ADMIN"
echo "$ADMIN ALL=(ALL) NOPASSWD: ALL" >"$root/etc/sudoers.d/010_$ADMIN-nopasswd"
chmod 440 "$root/etc/sudoers.d/010_$ADMIN-nopasswd"
rm -f "$root"/etc/ssh/ssh_host_* # the seed has one for each machine
: >"$root/etc/machine-id"        # a missing one means "first boot", which waits two minutes for the network
: >"$root/etc/resolv.conf"
units=(
  # the initrd has set up the network, and nothing here is for them to do
  systemd-networkd.service systemd-networkd.socket systemd-networkd-wait-online.service systemd-firstboot.service
  systemd-timesyncd.service e2scrub_reap.service systemd-pstore.service getty.target
  # what other tests are for, and what costs an emulated processor its time
  smbd.service nmbd.service samba-ad-dc.service docker-registry.service
  nfs-ganesha.service nfs-ganesha-lock.service nfs-ganesha-config.service unattended-upgrades.service
  apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer e2scrub_all.timer logrotate.timer
  user@.service # a service manager for each account that logs in
)
echo 'KexAlgorithms curve25519-sha256' >"$root/etc/ssh/sshd_config.d/50-lab.conf" # as in ../host/Dockerfile
systemctl --root "$root" mask "${units[@]}" >&2
systemctl --root "$root" enable ssh.service docker.service containerd.service >&2
systemctl --root "$root" set-default multi-user.target >&2

cp "$BIN/busybox" "$work/"
cp "$work/busybox" "$work/initrd/bin/"
install -m 755 "$KERNEL_SRC/init" "$work/initrd/init"
for module in virtio_pci virtio_net virtio_blk ext4; do
  chroot "$root" modprobe --set-version "$kernel" --show-depends "$module" | awk '$1 == "insmod" { print $2 }'
done | awk '!seen[$0]++' >"$work/initrd/modules.list"
(cd "$root" && sed 's|^/||' "$work/initrd/modules.list" | xargs cp --parents -t "$work/initrd")
(cd "$work/initrd" && find . | "$work/busybox" cpio -o -H newc -R 0:0 >"$work/initrd.cpio")

truncate -s 2G "$work/root.ext4"
mkfs.ext4 -q -d "$root" -L root "$work/root.ext4" >&2
rm -rf --one-file-system "$root" "$work/initrd" "$work"/*.deb
mv "$work/initrd.cpio" "$work/initrd"
rm -rf --one-file-system "$LAB_CACHE"/vm-* # of an older recipe; machines that run have a copy
mv "$work" "$VM_IMAGE"
did "made, $(du -h "$VM_IMAGE/root.ext4" | cut -f1)"
