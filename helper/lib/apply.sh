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
    [ ! -d "$PENDING" ] && [ -z "$(setting_drift)" ] && lets_in; then
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
    if is_guarded; then release_ssh; else rm -f "$STATE/reverted/$SETTING"; fi
    say "applied"
    return
  fi
  take_back "$former"
}

take_back() { # FOLDER
  failed="$SETTING: failed, the former state is back"
  if is_guarded; then
    # where it does not come back whole, the timer tries again
    if go_back "$1"; then
      drop_pending
      disarm
    else
      failed="$SETTING: failed; the former files are back, but do not take effect either; the host keeps trying"
    fi
  else
    restore_files "$1"
    touches >>"$CHANGED"
    (activate restore "$1") >&2 || failed="$SETTING: failed; the former files are back, but do not take effect either"
  fi
  say "$failed" >&2
  exit 1
}

# Runs in a subshell, so that whatever ends it is a failure to be made good.
put_in_force() {
  set -e
  write_files
  activate apply
  kept >"$WORK/kept"
  write_file "$APPLIED" 0600 <"$WORK/kept"
  effect >"$WORK/effect"
  in_force
  lets_in || {
    say "SSH would be shut for somebody whom admin.from names" >&2
    return 1
  }
  write_file "$LIVE" 0600 <"$WORK/effect"
  digest_of "$INPUT" | write_file "$DIGEST" 0600
}

# What is remembered, and compared with from now on, is what was wanted; what is there has to be just that.
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
