# shellcheck shell=sh
# What systemd knows of the units that settings watch, asked for all of them at once.

# Facts, a line each: "UNIT exists", "UNIT active", "UNIT enabled". As is-enabled sees it, what another unit starts is enabled.
UNIT_FACTS=
look_at_units() { # names on standard input
  sort -u >"$WORK/watched"
  xargs -r -d '\n' systemctl show --property=LoadState,ActiveState,UnitFileState -- <"$WORK/watched" >"$WORK/unit-states"
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
