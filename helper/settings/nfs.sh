# shellcheck shell=sh disable=SC2153 # $ROOT is of ../helper
# The NFS exports of the NAS, and the folders of its shares. Folders are created, never removed: the files of a share that is
# no longer exported stay where they are. No parser such as augeas: our exports have their own file, and foreign lines are
# only read.
. "$LIB/lib/packages.sh"
. "$LIB/omv/rpc.sh"
. "$LIB/omv/nfs.sh"

EXPORTS=$ROOT/etc/exports.d/homelab.exports
NFS_CONF=$ROOT/etc/nfs.conf.d/homelab.conf

may_write() { printf '%s\n' "$EXPORTS" "$NFS_CONF"; }

check_extras() {
  if omv_wanted; then
    omv_nfs_check
    return
  fi
  jq -e '(.folders // []) | type == "array" and all(.[]; type == "object" and keys == ["mode", "owner", "path"]
    and .mode == "2775" and .owner == "1000:1000" and (.path | type == "string"
      and test("^/(srv|mnt|media|data|export)(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$")))' "$INPUT" >/dev/null ||
    refuse "folders must be shares below /srv, /mnt, /media, /data or /export"
  input '.folders // [] | .[].path' >"$WORK/folders"
  remembered folder >"$WORK/folders-before"
  while read -r folder; do
    no_links "$ROOT$folder"
    # An earlier folder is missing if its disk is not mounted: a new one would be an empty share on the wrong disk.
    if [ ! -d "$ROOT$folder" ] && grep -qxF "$folder" "$WORK/folders-before"; then
      refuse "$folder is gone: mount its disk, or create the folder again if its files may be lost"
    fi
  done <"$WORK/folders"
}

validate() {
  only_lines "$1$NFS_CONF" <<'LINES'

#[^\]*
\[nfsd\]
(udp|tcp|vers3|vers4|vers4\.[012])=[yn]
LINES
  [ -f "$1$EXPORTS" ] || return 0
  joined "$1$EXPORTS" | sed 's/  */ /g' | grep . >"$WORK/lines" || true
  bad=$(grep -Evx "/[A-Za-z0-9._/-]+( [0-9a-f.:]+\((ro|rw),$EXPORT_OPTIONS,fsid=[0-9a-f-]{36}\))+" "$WORK/lines" | head -n 1 || true)
  [ -z "$bad" ] || refuse "an export has a form that this helper does not accept: $bad"
  bad=$(cut -d' ' -f1 "$WORK/lines" | grep -vxF -f "$WORK/folders" | head -n 1 || true)
  [ -z "$bad" ] || refuse "$bad would be exported, but is not the folder of a share"
}

activate() { # apply | restore
  if [ "$1" = apply ]; then
    if omv_wanted; then
      omv_nfs_apply
      return
    fi
    need exportfs nfs-kernel-server
    make_folders
  elif omv_is_here; then
    omv_undo
    return
  fi
  # The server reads its versions only when it starts; clients lose no more than some seconds by a restart.
  if grep -qxF "$NFS_CONF" "$CHANGED" && systemctl -q is-active nfs-server.service; then
    systemctl restart nfs-server.service
  fi
  close_side_doors
  keep_running nfs-server.service
  exportfs -ra
}

make_folders() {
  while read -r folder; do
    [ -d "$ROOT$folder" ] || say "created $folder"
    mkdir -p "$ROOT$folder"
    chown 1000:1000 "$ROOT$folder"
    chmod 2775 "$ROOT$folder"
  done <"$WORK/folders"
}

deactivate() {
  if omv_applied; then
    omv_nfs_remove
    return
  fi
  exportfs -ra
  [ -n "$(exportfs -s)" ] || systemctl -q disable --now nfs-server.service
}

# The server's actual exports of our folders, with the options that ours set, whatever the source.
effect() {
  omv_wanted || our_exports | awk -f "$LIB/lib/exports.awk" - | sort
}
live() {
  ! omv_applied || return 0
  our_exports >"$WORK/our-exports"
  exportfs -s >"$WORK/exported" 2>/dev/null || true
  awk -f "$LIB/lib/exports.awk" "$WORK/our-exports" "$WORK/exported" | sort
}
our_exports() { [ ! -f "$EXPORTS" ] || joined "$EXPORTS"; }
# Strips comments and joins continued lines: by exports(5), a backslash joins two lines, and at the end of a comment it makes
# the next line part of the comment.
joined() { sed -e :a -e '/\\$/N; s/\\\n */ /; ta' "$1" | sed -e 's/^#.*//'; }

watches() { omv_applied || echo nfs-server.service; }
drift() {
  if omv_applied; then
    omv_nfs_drift
    return
  fi
  must_be_active nfs-server.service
  must_be_enabled nfs-server.service
  remembered folder >"$WORK/shares"
  while read -r folder; do
    if [ ! -d "$ROOT$folder" ]; then
      finding removed "$folder" "the folder is gone"
    elif [ "$(stat -c '%u:%g %a' "$ROOT$folder")" != "1000:1000 2775" ]; then
      finding mode-changed "$folder" "its owner and mode are $(stat -c '%u:%g %a' "$ROOT$folder")"
    fi
  done <"$WORK/shares"
  foreign_exports | sed 's|^|added\t|; s|$|, added by hand|'
  our_exports | awk '{ print $1 }' >"$WORK/our-folders"
  exportfs -s 2>/dev/null | awk '{ print $1 }' | sort -u | grep -vxF -f "$WORK/our-folders" -f "$WORK/shares" | while read -r folder; do
    finding noticed "$folder" "is exported, but not by the homelab"
  done
}

foreign() {
  for file in "$EXPORTS" "$NFS_CONF"; do
    [ ! -e "$file" ] || echo "$file"
  done
}

# Lines of other files that export our folders, or folders in them, to any client: FILE<tab>LINE.
foreign_exports() {
  remembered folder >"$WORK/shares"
  for file in "$ROOT"/etc/exports "$ROOT"/etc/exports.d/*.exports; do
    if [ ! -f "$file" ] || [ "$file" = "$EXPORTS" ]; then continue; fi
    while read -r folder; do
      grep -E "^[[:space:]]*\"?${folder}[/\"[:space:]]" "$file" | sed "s|^|$file\t|" || true
    done <"$WORK/shares"
  done
}
close_side_doors() {
  foreign_exports >"$WORK/foreign-exports"
  cut -f1 "$WORK/foreign-exports" | sort -u | while read -r file; do
    sed -n "s|^$file\t||p" "$WORK/foreign-exports" >"$WORK/unwanted"
    grep -vxF -f "$WORK/unwanted" "$file" >"$WORK/others" || true
    back_up "$file"
    write_file "$file" "$(stat -c %a "$file")" <"$WORK/others"
    while read -r line; do say "removed from $file: $line"; done <"$WORK/unwanted"
  done
}
