# shellcheck shell=sh disable=SC2153 # capitals are variables of ../helper
# The kernel's packet rules of both families: saved completely, and changed in one transaction each. So they can be restored
# without UFW, Docker or the deploying machine, and no partial state ever exists.

FAMILIES="iptables ip6tables"

# Saves the rules in force to FOLDER/iptables and FOLDER/ip6tables; an empty file if the kernel lacks the family.
save_kernel() { # FOLDER
  mkdir -p "$1"
  for tables in $FAMILIES; do
    "$tables-save" >"$1/$tables" 2>/dev/null || : >"$1/$tables"
  done
}

on_rules() { # PROGRAM ARGUMENT...
  program=$1
  shift
  awk -f "$LIB/lib/rules.awk" -f "$LIB/lib/$program.awk" "$@"
}

# See arrange.awk.
load_kernel() { # apply|restore FOLDER [VARIABLE=VALUE for awk]
  save_kernel "$WORK/kernel-now"
  for tables in $FAMILIES; do
    [ -s "$2/$tables" ] || continue
    on_rules arrange -v mode="$1" -v "${3:-strict=}" "$WORK/kernel-now/$tables" "$2/$tables" >"$WORK/$tables-load"
    "$tables-restore" --noflush --wait 10 <"$WORK/$tables-load" || return 1
  done
}
