# shellcheck shell=sh
# apply and remove. A setting that is in force already is left alone; one that cannot take effect is taken back.

REVERT_AFTER=60 # seconds until an unconfirmed change is given up, unless the input says otherwise

apply_setting() {
  refuse_if_pending
  read_input
  validate "$STAGE"
  compare_files
  token=$(digest_of "$INPUT")
  if [ ! -s "$CHANGED" ] && [ "$(cat "$DIGEST" 2>/dev/null)" = "$token" ] &&
    [ ! -d "$PENDING" ] && [ -z "$(setting_drift)" ]; then
    rm -f "$STATE/reverted/$SETTING"
    say "unchanged"
    return
  fi
  if is_guarded; then
    arm "$(revert_after)" "$token"
    former=$PENDING
  else
    former=$WORK/former
    save_former "$former"
  fi
  set +e # the subshell has its own; in a condition it would have none
  (put_in_force)
  result=$?
  set -e
  if [ "$result" = 0 ]; then
    is_guarded || rm -f "$STATE/reverted/$SETTING"
    say "applied"
    return
  fi
  take_back "$former"
}

take_back() { # FOLDER
  restore_files "$1"
  touches >>"$CHANGED"
  (activate restore) >&2 || say "$SETTING: the former state does not take effect either" >&2
  if is_guarded; then
    disarm
    drop_pending
  fi
  say "$SETTING: failed, the former state is back" >&2
  exit 1
}

# Runs in a subshell, so that whatever ends it is a failure to be made good.
put_in_force() {
  set -e
  write_files
  activate apply
  kept >"$WORK/kept"
  write_file "$APPLIED" 0600 <"$WORK/kept"
  live >"$WORK/live"
  digest_of "$INPUT" | write_file "$DIGEST" 0600
  write_file "$LIVE" 0600 <"$WORK/live"
}

revert_after() {
  input ".revertAfter // $REVERT_AFTER | if type == \"number\" and . >= 5 and . <= 600 then floor else $REVERT_AFTER end"
}

# Never narrows access: what is taken away is what the setting had added.
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
  rm -f "$APPLIED" "$LIVE" "$DIGEST" "$STATE/reverted/$SETTING"
}
