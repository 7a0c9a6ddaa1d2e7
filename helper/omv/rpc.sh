# shellcheck shell=sh disable=SC2034 # constants for those that source this
# OpenMediaVault owns its configuration: changes go through omv-rpc, never into its files. Methods and parameters are those
# of openmediavault's engined/rpc/*.inc and datamodels/rpc.*.json. Not verified on a real one.

OMV_NEW=fa4b1c66-ef79-11e5-87a0-0002b3a176b4 # identifier of an object to create
OMV_ALL='{"start":0,"limit":null,"sortfield":null,"sortdir":null}'
OMV_OURS=homelab # comment of every object that we created; all others are the owner's
OMV_NAME='^[a-z][a-z0-9-]*$'

omv_is_here() { command -v omv-rpc >/dev/null; }
omv_wanted() { [ "$(input 'has("omv")')" = true ]; }
omv_applied() { [ "$(remembered omv)" = true ]; }

omv() { # SERVICE METHOD [JSON]
  omv-rpc -u admin "$@" 2>"$WORK/omv-says" || {
    say "OpenMediaVault, $1.$2: $(jq -r '.error.message // .' "$WORK/omv-says" 2>/dev/null | head -n 1)" >&2
    exit 1
  }
}

# OpenMediaVault applies all pending changes at once. So none of the owner's may be pending when we begin, and all that are
# pending at the end are ours: nfs or samba, and the modules that depend on them (fstab, sharedfolders, zeroconf).
omv_untouched() {
  omv_is_here || refuse "this host has no OpenMediaVault: write base: debian under homelab:nas"
  [ "$(omv Config isDirty)" = false ] ||
    refuse "OpenMediaVault has pending changes: apply or undo them in its pages, then deploy again"
}
omv_deploy() {
  [ "$(omv Config isDirty)" = false ] || omv Config applyChanges '{"modules":[],"force":false}' >/dev/null
}

# Drops the pending changes that a failure left behind; none of them is the owner's, see above.
omv_undo() {
  [ "$(omv Config isDirty)" = false ] || omv Config revertChanges '{"filename":""}' >/dev/null
}

# The identifier of a shared folder, which is created if OpenMediaVault has none of that name.
omv_folder() { # NAME
  omv ShareMgmt enumerateSharedFolders >"$WORK/omv-folders"
  uuid=$(jq -r --arg name "$1" '.[] | select(.name == $name) | .uuid' "$WORK/omv-folders")
  if [ -z "$uuid" ]; then
    root=$(input .omv.root)
    omv FsTab enumerateEntries >"$WORK/omv-fstab"
    # the file system of the root: the longest mount point that is a prefix of it
    jq -ce --arg root "$root" '[.[] | (.dir | rtrimstr("/")) as $dir
      | select((.opts | contains("bind") | not) and ($root + "/" | startswith($dir + "/")))]
      | sort_by(.dir | length) | last' "$WORK/omv-fstab" >"$WORK/omv-mount" ||
      {
        say "OpenMediaVault mounts nothing at $root: mount the disk in its pages, under Storage, File Systems" >&2
        exit 1
      }
    path=$(jq -r --arg root "$root/$1" '.dir as $dir | $root | ltrimstr($dir | rtrimstr("/")) | ltrimstr("/")' "$WORK/omv-mount")
    [ -d "$root/$1" ] && made=no || made=yes
    omv ShareMgmt set "$(jq -cn --arg new "$OMV_NEW" --arg name "$1" --arg path "$path/" --arg ours "$OMV_OURS" --slurpfile mount "$WORK/omv-mount" \
      '{uuid: $new, name: $name, reldirpath: $path, comment: $ours, mntentref: $mount[0].uuid, mode: "775"}')" >"$WORK/omv-folder"
    uuid=$(jq -r .uuid "$WORK/omv-folder")
    if [ "$made" = yes ] && [ -d "$root/$1" ]; then
      chown 1000:1000 "$root/$1" # the same account that writes over NFS or SMB
      chmod 2775 "$root/$1"
    fi
  fi
  echo "$uuid"
}

# Creates an account that cannot log in. smbpasswd sets its password, since omv-rpc takes parameters as arguments only,
# which every account of the host can read.
omv_make_user() { # NAME GROUP
  omv UserMgmt setUser "$(jq -cn --arg name "$1" --arg group "$2" --arg ours "$OMV_OURS" \
    '{name: $name, groups: [$group], shell: "/usr/sbin/nologin", email: "", comment: $ours, disallowusermod: true, sshpubkeys: []}')" >/dev/null
}
omv_drop_user() { # NAME
  omv UserMgmt deleteUser "$(jq -cn --arg name "$1" '{name: $name}')" >/dev/null
}
