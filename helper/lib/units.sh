# shellcheck shell=sh
# Queries systemd about all units that settings watch at once; and makes units run.

# Facts, one a line: "UNIT exists", "UNIT active", "UNIT enabled" (a unit that another one starts counts as enabled, as for
# is-enabled), and "UNIT drop-in PATH" for each drop-in below /etc or /run.
UNIT_FACTS=
look_at_units() { # names on standard input
  sort -u >"$WORK/watched"
  xargs -r -d '\n' systemctl show --property=LoadState,ActiveState,UnitFileState,DropInPaths -- <"$WORK/watched" >"$WORK/unit-states"
  UNIT_FACTS=$(awk -v names="$WORK/watched" -f "$LIB/lib/units.awk" "$WORK/unit-states")
}

unit_is() { # UNIT FACT
  case "
$UNIT_FACTS
" in *"
$1 $2
"*) ;; *) return 1 ;; esac
}
must_be_active() { unit_is "$1" active || finding not-running "$1" "${2:-does not run}"; }
must_be_enabled() { unit_is "$1" enabled || finding not-enabled "$1" "${2:-does not start at boot}"; }
# For a unit of ours: a drop-in would change what it does.
must_be_whole() { # UNIT
  case "
$UNIT_FACTS" in *"
$1 drop-in "*) ;; *) return 0 ;; esac
  printf '%s\n' "$UNIT_FACTS" | sed -n "s|^\([^ ]*\) drop-in |\1\t|p" | while IFS="$(printf '\t')" read -r unit path; do
    [ "$unit" != "$1" ] || finding added "$path" "changes $1, added by hand"
  done
}

# Now and at boot, even if somebody masked it.
keep_running() { # UNIT
  systemctl -q unmask "$1"
  systemctl -q enable --now "$1"
}
# Moves drop-ins of a unit of ours aside. The caller reloads systemd.
without_drop_ins() { # UNIT
  for path in "$ROOT/etc/systemd/system/$1.d" "$ROOT/run/systemd/system/$1.d"; do
    [ -d "$path" ] || continue
    for file in "$path"/*.conf; do
      [ -f "$file" ] || continue
      back_up "$file"
      rm -f "$file"
      say "put aside $file"
    done
    rmdir "$path" 2>/dev/null || true
  done
}
