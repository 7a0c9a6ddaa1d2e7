# shellcheck shell=sh disable=SC1091,SC2153 # files and variables of run-helper.sh
# What the helper knows of each setting: NAME, whether it is guarded, and the files that it may write, with tabs between.
. "$LIB/lib/common.sh"
. "$LIB/lib/files.sh"
for name in $(settings); do
  (
    load "$name"
    if is_guarded; then guarded=true; else guarded=false; fi
    printf '%s\t%s\t%s\n' "$name" "$guarded" "$(may_write | sed "s|^$ROOT||" | tr '\n' ' ')"
  )
done
