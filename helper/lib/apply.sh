# shellcheck shell=sh
# apply and remove. A setting that is in force already is left alone; one that cannot take effect is rolled back.

REVERT_AFTER=60 # seconds until an unconfirmed change is rolled back, unless the input says otherwise

apply_setting() {
  refuse_if_pending
  read_input
  validate "$STAGE"
  compare_files
  token=$(digest_of "$INPUT")
  if [ ! -s "$CHANGED" ] && [ "$(cat "$DIGEST" 2>/dev/null)" = "$token" ] && ! is_unfinished &&
    [ ! -d "$PENDING" ] && [ -z "$(setting_drift | to_heal)" ] && lets_in; then
    rm -f "$STATE/reverted/$SETTING"
    say "unchanged"
    return
  fi
  refuse_without_room
  if is_guarded; then
    arm "$(revert_after)" "$token"
    former=$PENDING
  else
    former=$WORK/former
    save_former "$former"
    mark_unfinished
  fi
  set +e # the subshell sets its own -e; in a condition it would have no effect
  (put_in_force)
  result=$?
  set -e
  if [ "$result" = 0 ]; then
    if is_guarded; then release_ssh; else rm -f "$STATE/reverted/$SETTING" "$UNFINISHED"; fi
    say "applied"
    return
  fi
  take_back "$former"
}

# The files that an unguarded change has written, until it is in force: if the helper is killed in between, the next run
# knows what has yet to take effect, although the files are already right.
is_unfinished() { [ -e "$UNFINISHED" ]; }
mark_unfinished() {
  {
    cat "$CHANGED"
    cat "$UNFINISHED" 2>/dev/null || true
  } | sort -u >"$WORK/unfinished"
  write_file "$UNFINISHED" 0600 <"$WORK/unfinished"
}

take_back() { # FOLDER
  failed="$SETTING: failed, the former state is back"
  but=""
  if is_guarded; then
    # if it does not come back completely, the timer tries again
    if go_back "$1"; then
      drop_pending
      disarm
    else
      but="the former files are back, but do not take effect either; the host keeps trying"
    fi
  else
    restore_files "$1" || but="could not be put back as they were: $(paste -sd ' ' "$WORK/not-restored")"
    touches >>"$CHANGED"
    (activate restore "$1") >&2 || but=${but:-the former files are back, but do not take effect either}
    [ -n "$but" ] || rm -f "$UNFINISHED"
  fi
  [ -z "$but" ] || failed="$SETTING: failed; $but"
  say "$failed" >&2
  exit 1
}

# Runs in a subshell, so that any premature end counts as a failure and is rolled back.
put_in_force() {
  set -e
  write_files
  if is_unfinished; then cat "$UNFINISHED" >>"$CHANGED"; fi
  activate apply
  kept >"$WORK/kept"
  write_file "$APPLIED" 0600 <"$WORK/kept"
  effect >"$WORK/effect"
  in_force
  lets_in || {
    caller=$(caller_address)
    say "SSH would be closed to somebody whom admin.from names${caller:+, or to $caller, from where this is applied}" >&2
    return 1
  }
  write_file "$LIVE" 0600 <"$WORK/effect"
  digest_of "$INPUT" | write_file "$DIGEST" 0600
}

# Remembers the desired state, for later comparisons; the actual state has to equal it.
in_force() {
  live >"$WORK/live"
  if cmp -s "$WORK/effect" "$WORK/live"; then return 0; fi
  difference "$WORK/effect" "$WORK/live" | live_findings | cut -f 3 | head -n 5 | while read -r words; do
    say "not in force: $words" >&2
  done
  return 1
}

revert_after() {
  input ".revertAfter // $REVERT_AFTER | if type == \"number\" and . >= 5 and . <= 600 then floor else $REVERT_AFTER end"
}

# Never narrows access: removes only what the setting added.
remove_setting() {
  if [ -d "$PENDING" ] && [ "$(cat "$PENDING/setting")" = "$SETTING" ]; then
    revert "the setting was removed"
  fi
  [ -f "$APPLIED" ] || {
    say "nothing to remove"
    return
  }
  CHANGED=$WORK/changed
  applied_paths >"$CHANGED"
  while read -r path; do
    give_back "$path"
    say "removed $path"
  done <"$CHANGED"
  deactivate
  rm -f "$APPLIED" "$LIVE" "$DIGEST" "$UNFINISHED" "$STATE/reverted/$SETTING"
}
