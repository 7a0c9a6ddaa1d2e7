# shellcheck shell=sh
# NFS exports as objects of OpenMediaVault, one for each share and client. It creates /export with fsid=0 and a bind mount
# of each share below it, so that clients mount /NAME.

# Permitted options of a client: root is squashed, or every user becomes 1000:1000.
EXPORT_OPTIONS='sync,no_subtree_check,(root_squash|all_squash,anonuid=1000,anongid=1000)'

omv_nfs_check() {
  jq -e --arg name "$OMV_NAME" --arg others "^$EXPORT_OPTIONS\$" '.omv | (.root | type == "string" and test("^(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$"))
    and (.shares | type == "array" and all(.[]; (.name | test($name)) and (.clients | type == "array" and all(.[];
      (.address | test("^[0-9a-f.:]+$")) and (.options.mode | test("^r[ow]$")) and (.options.others | test($others))))))' \
    "$INPUT" >/dev/null || refuse "omv must have a root and shares with clients"
  omv_untouched
}

# SHARE ADDRESS MODE OTHERS, desired, and actual with the identifier before it.
# shellcheck disable=SC2016 # jq's variables
omv_nfs_wanted() { "$1" '.omv.shares[] | .name as $name | .clients[] | [$name, .address, .options.mode, .options.others] | join(" ")' | sort; }
omv_nfs_there() {
  omv NFS getShareList "$OMV_ALL" >"$WORK/omv-list"
  jq -r --arg ours "$OMV_OURS" '.data[] | select(.comment == $ours)
    | [.uuid, .sharedfoldername, .client, .options, .extraoptions] | join(" ")' "$WORK/omv-list" | sort -k2
}

omv_nfs_apply() {
  omv_nfs_enable
  omv_nfs_wanted input >"$WORK/omv-wanted"
  omv_nfs_there >"$WORK/omv-there"
  input '.omv.shares[].name' | while read -r share; do omv_folder "$share" >/dev/null; done
  cut -d' ' -f2- "$WORK/omv-there" | grep -vxF -f - "$WORK/omv-wanted" >"$WORK/omv-missing" || true
  while read -r share address mode others; do
    folder=$(omv_folder "$share")
    omv NFS setShare "$(jq -cn --arg new "$OMV_NEW" --arg folder "$folder" --arg client "$address" \
      --arg mode "$mode" --arg others "$others" --arg ours "$OMV_OURS" \
      '{uuid: $new, sharedfolderref: $folder, mntentref: $new, client: $client, options: $mode, extraoptions: $others, comment: $ours}')" >/dev/null
    say "exported $share to $address"
  done <"$WORK/omv-missing"
  while read -r uuid entry; do
    grep -qxF "$entry" "$WORK/omv-wanted" || omv_nfs_drop "$uuid" "$entry"
  done <"$WORK/omv-there"
  omv_deploy
}
omv_nfs_drop() { # UUID ENTRY
  omv NFS deleteShare "{\"uuid\":\"$1\"}" >/dev/null
  say "no longer exported: $2"
}

# Services that the owner switched on stay on.
omv_nfs_enable() {
  omv NFS getSettings >"$WORK/omv-nfs"
  jq -c '{enable: true, versions: (if .enable then .versions + ["4.2"] | unique else ["4.2"] end)}' "$WORK/omv-nfs" >"$WORK/omv-nfs-wanted"
  [ "$(jq -c '{enable, versions: (.versions | unique)}' "$WORK/omv-nfs")" = "$(cat "$WORK/omv-nfs-wanted")" ] ||
    omv NFS setSettings "$(cat "$WORK/omv-nfs-wanted")" >/dev/null
}

omv_nfs_remove() {
  omv_untouched
  omv_nfs_there | while read -r uuid entry; do omv_nfs_drop "$uuid" "$entry"; done
  omv_deploy
}

omv_nfs_drift() {
  [ "$(omv NFS getSettings | jq .enable)" = true ] || finding not-running NFS "is switched off"
  omv_nfs_wanted applied >"$WORK/omv-wanted"
  omv_nfs_there | cut -d' ' -f2- >"$WORK/omv-there"
  difference "$WORK/omv-wanted" "$WORK/omv-there" | line_findings exports
}
