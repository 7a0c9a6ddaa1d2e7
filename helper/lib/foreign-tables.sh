# shellcheck shell=sh
# Packet rules that this host's iptables does not show: tables that nft(8) created, and, if iptables is the newer one, rules
# of iptables-legacy. A packet has to pass all of them: they can block what is declared, and cannot open anything.

tables_findings() {
  case $(readlink -f "$(command -v iptables)") in *legacy*) own='' ;; *) own='^table ip6? (raw|mangle|nat|filter|security)$' ;; esac
  unreadable=no
  if grep -qs incompatible "$WORK/kernel/iptables" "$WORK/kernel/ip6tables"; then unreadable=yes; fi
  if command -v nft >/dev/null; then foreign_tables; fi
  [ -z "$own" ] || legacy_tables
  [ "$unreadable" = yes ] || return 0
  for tables in $FAMILIES; do
    of_iptables "$tables" "is incompatible" | while read -r table; do
      finding added "$tables $table" "has rules of nft(8), so iptables cannot read the table"
    done
  done
}
# Names of tables that iptables-save reports with these words.
of_iptables() { # FAMILY WORDS
  sed -n "s/^# Table \`\([a-z]*\)' $2.*/\1/p" "$WORK/kernel/$1" 2>/dev/null || true
}

# Includes chains at a hook that somebody added to a table of iptables.
foreign_tables() {
  {
    nft list tables 2>/dev/null | { grep -Ev "${own:-^$}" || true; }
    if [ "$unreadable" = yes ]; then
      of_iptables iptables "contains incompatible" | sed 's/^/table ip /'
      of_iptables ip6tables "contains incompatible" | sed 's/^/table ip6 /'
    fi
  } >"$WORK/foreign-tables"
  [ -s "$WORK/foreign-tables" ] || return 0
  while read -r _ family name; do
    nft -y list table "$family" "$name" 2>/dev/null || true
  done <"$WORK/foreign-tables" | awk -v own="$own" -f "$LIB/lib/foreign-tables.awk" | while IFS="$(printf '\t')" read -r table words; do
    finding noticed "nft table $table" "filters packets as well, and can block what is declared: $words"
  done
}

# Tables that were only listed exist too, but are empty.
legacy_tables() {
  for names in ip:iptables ip6:ip6tables; do
    { read -r _ <"$ROOT/proc/net/${names%:*}_tables_names"; } 2>/dev/null || continue
    "${names#*:}-legacy-save" 2>/dev/null | grep -cE '^-A |^:[A-Z]+ DROP ' | while read -r count; do
      [ "$count" = 0 ] ||
        finding noticed "${names#*:}-legacy" "has $count rules and policies of its own, which can block what is declared"
    done
  done
}
