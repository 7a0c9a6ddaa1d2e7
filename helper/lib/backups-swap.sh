# shellcheck shell=sh disable=SC2153 # capitals are variables of ../helper and of backups.sh
# Puts restored data in the place of what is there. The folder itself stays, as containers, NFS clients and Samba have it
# open; what it contains goes to TARGET.before-restore, and what was restored comes in. Each step can be taken again, and the
# journal says which is next, so that a run that was killed is finished by the next one or by the watch.
#
# A line of the journal is STEP<tab>TARGET<tab>RESTORED, with what goes on at STEP; `done` and `undone` are its ends:
#   out   from TARGET to TARGET.before-restore
#   in    from RESTORED to TARGET
#   back  the way back of in: from TARGET to RESTORED, then as undo
#   undo  from TARGET.before-restore to TARGET

SWAPS=$BACKUPS/swaps

# Fails if something cannot be moved. Then all goes back, by finish_swaps.
swap() { # FILE of "TARGET<tab>RESTORED"
  while IFS=$TAB read -r target restored; do
    rm -rf "$target.before-restore"
    mkdir -m 0700 "$target.before-restore"
    like "$target" "$target.before-restore"
    printf 'out\t%s\t%s\n' "$target" "$restored"
  done <"$1" >"$WORK/swaps"
  sync
  write_file "$SWAPS" 0600 <"$WORK/swaps"
  take_steps && rm -f "$SWAPS" && return
  sed "s/^in$TAB/back$TAB/; s/^done$TAB/back$TAB/; s/^out$TAB/undo$TAB/" "$SWAPS" >"$WORK/swaps"
  write_file "$SWAPS" 0600 <"$WORK/swaps"
  return 1
}

# What a run has left to do, if there is something.
finish_swaps() {
  [ -f "$SWAPS" ] || return 0
  take_steps && rm -f "$SWAPS"
}
take_steps() {
  while true; do
    grep -n -m 1 -v "^\(un\)\{0,1\}done$TAB" "$SWAPS" >"$WORK/swap" || return 0
    IFS=$TAB read -r step target restored <"$WORK/swap"
    line=${step%%:*}
    case ${step#*:} in
      out) move_all "$target" "$target.before-restore" && now_at in || return 1 ;;
      in) move_all "$restored" "$target" && like "$restored" "$target" && now_at "done" || return 1 ;;
      back) move_all "$target" "$restored" && now_at undo || return 1 ;;
      undo) move_all "$target.before-restore" "$target" && like "$target.before-restore" "$target" && now_at undone || return 1 ;;
      *) return 1 ;;
    esac
  done
}
now_at() { # STEP
  sync     # what was moved, before it counts as moved
  sed "${line}s/^[a-z]*/$1/" "$SWAPS" >"$WORK/swaps" && write_file "$SWAPS" 0600 <"$WORK/swaps"
}
move_all() { # FOLDER FOLDER
  find "$1" -mindepth 1 -maxdepth 1 -print0 >"$WORK/to-move" 2>"$WORK/move" &&
    xargs -0 -r mv -t "$2" -- <"$WORK/to-move" 2>"$WORK/move" && return
  say "$1 cannot be moved to $2: $(last_line "$WORK/move")" >&2
  return 1
}
# With the owner and the mode of the first.
like() { chown --reference="$1" "$2" && chmod --reference="$1" "$2"; } # FOLDER FOLDER
