# shellcheck shell=sh
# Samba's shares as objects of OpenMediaVault; the privileges of the shared folder say who may use them.

omv_smb_check() {
  jq -e --arg name "$OMV_NAME" 'def names: type == "array" and all(.[]; test($name));
    .omv | (.root | type == "string" and test("^(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$"))
    and (.shares | type == "array" and all(.[]; (.name | test($name)) and (.write | names) and (.read | names)))' "$INPUT" >/dev/null ||
    refuse "omv must have a root and shares with people"
  omv_untouched
}

# The settings of a share that matter here; the others are OpenMediaVault's own defaults.
omv_smb_share() { # UUID FOLDER
  jq -cn --arg uuid "$1" --arg folder "$2" --arg ours "$OMV_OURS" --arg extra "$(omv_smb_extra)" \
    '{uuid: $uuid, enable: true, sharedfolderref: $folder, comment: $ours, guest: "no", readonly: false, browseable: true,
      recyclebin: false, recyclemaxsize: 0, recyclemaxage: 0, hidedotfiles: true, inheritacls: true,
      inheritpermissions: false, easupport: false, storedosattributes: false, hostsallow: "", hostsdeny: "", audit: false,
      timemachine: false, extraoptions: $extra}'
}
omv_smb_extra() {
  if getent passwd 1000 >/dev/null; then
    echo "force user = $(getent passwd 1000 | cut -d: -f1)"
  fi
}
omv_smb_there() {
  omv SMB getShareList "$OMV_ALL" >"$WORK/omv-list"
  jq -c --arg ours "$OMV_OURS" '.data[] | select(.comment == $ours)' "$WORK/omv-list"
}
# [{name, perms, type}] of a share: 7 writes, 5 reads.
omv_smb_privileges() { # SOURCE NAME
  "$1" '.omv.shares' | jq -cS --arg name "$2" '.[] | select(.name == $name)
    | [(.write[] | {type: "user", name: ., perms: 7}), (.read[] | {type: "user", name: ., perms: 5})] | sort_by(.name)'
}

omv_smb_apply() {
  getent group homelab-smb >/dev/null || groupadd --system homelab-smb
  input '[.omv.shares[] | .write[], .read[]] | unique[]' | while read -r person; do
    getent passwd "$person" >/dev/null || omv_make_user "$person" homelab-smb
  done
  omv_smb_enable
  omv_smb_there >"$WORK/omv-smb"
  input '.omv.shares[].name' | while read -r share; do
    folder=$(omv_folder "$share")
    omv ShareMgmt setPrivileges "$(omv_smb_privileges input "$share" | jq -c --arg uuid "$folder" '{uuid: $uuid, privileges: .}')" >/dev/null
    uuid=$(jq -r --arg folder "$folder" 'select(.sharedfolderref == $folder) | .uuid' "$WORK/omv-smb")
    omv SMB setShare "$(omv_smb_share "${uuid:-$OMV_NEW}" "$folder")" >/dev/null
  done
  input '.omv.shares[].name' >"$WORK/omv-wanted"
  jq -r '"\(.uuid) \(.sharedfoldername)"' "$WORK/omv-smb" | while read -r uuid share; do
    grep -qxF "$share" "$WORK/omv-wanted" || omv_smb_drop "$uuid" "$share"
  done
  omv_deploy
}
omv_smb_drop() { # UUID NAME
  omv SMB deleteShare "{\"uuid\":\"$1\"}" >/dev/null
  say "no longer shared: $2"
}

# SMB3 at least, unless the owner configured it.
omv_smb_enable() {
  omv SMB getSettings >"$WORK/omv-settings"
  jq -c '.enable = true | if .extraoptions | test("min protocol") then . else
    .extraoptions = ([.extraoptions | select(. != ""), "server min protocol = SMB3_00"] | join("\n")) end' "$WORK/omv-settings" >"$WORK/omv-settings-wanted" ||
    {
      say "OpenMediaVault's SMB settings have an unexpected form" >&2
      exit 1
    }
  [ "$(jq -c . "$WORK/omv-settings")" = "$(cat "$WORK/omv-settings-wanted")" ] ||
    omv SMB setSettings "$(cat "$WORK/omv-settings-wanted")" >/dev/null
}

omv_smb_remove() {
  omv_untouched
  omv_smb_there | jq -r '"\(.uuid) \(.sharedfoldername)"' | while read -r uuid share; do omv_smb_drop "$uuid" "$share"; done
  omv_deploy
}

omv_smb_drift() {
  [ "$(omv SMB getSettings | jq .enable)" = true ] || finding not-running Samba "is switched off"
  omv_smb_there >"$WORK/omv-smb"
  applied '.omv.shares[].name' | while read -r share; do
    jq -c --arg share "$share" 'select(.sharedfoldername == $share)' "$WORK/omv-smb" >"$WORK/omv-share"
    if [ ! -s "$WORK/omv-share" ]; then
      finding missing "$share" "not shared"
      continue
    fi
    [ "$(jq -r '"\(.enable) \(.guest) \(.readonly)"' "$WORK/omv-share")" = "true no false" ] ||
      finding changed "$share" "enabled, guests, read only are $(jq -r '"\(.enable), \(.guest), \(.readonly)"' "$WORK/omv-share")"
    omv ShareMgmt getPrivileges "$(jq -c '{uuid: .sharedfolderref}' "$WORK/omv-share")" |
      jq -cS '[.[] | select(.perms != null and .type == "user") | {type, name, perms}] | sort_by(.name)' >"$WORK/omv-privileges"
    [ "$(cat "$WORK/omv-privileges")" = "$(omv_smb_privileges applied "$share")" ] ||
      finding changed "$share" "its users are not the declared ones"
  done
  jq -r .sharedfoldername "$WORK/omv-smb" | while read -r share; do
    applied '.omv.shares[].name' | grep -qxF "$share" || finding added "$share" "shared, by hand"
  done
}
