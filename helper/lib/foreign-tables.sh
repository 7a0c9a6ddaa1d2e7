# shellcheck shell=sh
# Rules for packets that no iptables of this host shows: tables that nft(8) made, and, where iptables is the newer one, what
# iptables-legacy put into the kernel. A packet has to pass all of them: they can shut what is declared, and open nothing.

tables_findings() {
  case $(readlink -f "$(command -v iptables)") in *legacy*) own='' ;; *) own='^table ip6? (raw|mangle|nat|filter|security)$' ;; esac
  if command -v nft >/dev/null; then foreign_tables; fi
  [ -z "$own" ] || legacy_tables
  for tables in $FAMILIES; do
    sed -n "s/^# Table \`\(.*\)' is incompatible.*/\1/p" "$WORK/kernel/$tables" 2>/dev/null | while read -r table; do
      finding added "$tables $table" "has rules or chains that nft(8) put there, for which iptables reads none of it"
    done
  done
}

foreign_tables() {
  nft list tables 2>/dev/null | { grep -Ev "${own:-^$}" || true; } | while read -r _ family name; do
    nft -y list table "$family" "$name" 2>/dev/null || true
  done | awk -f "$LIB/lib/foreign-tables.awk" | while IFS="$(printf '\t')" read -r table words; do
    finding noticed "nft table $table" "decides on packets as well, which can shut what is declared: $words"
  done
}

# Those that it has only looked at are there, and empty.
legacy_tables() {
  for names in ip:iptables ip6:ip6tables; do
    [ -s "$ROOT/proc/net/${names%:*}_tables_names" ] || continue
    "${names#*:}-legacy-save" 2>/dev/null | grep -cE '^-A |^:[A-Z]+ DROP ' | while read -r count; do
      [ "$count" = 0 ] ||
        finding noticed "${names#*:}-legacy" "has $count rules and policies of its own, which can shut what is declared"
    done
  done
}
