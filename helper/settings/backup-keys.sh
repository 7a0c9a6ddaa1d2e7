# shellcheck shell=sh
# What opens the repository of this host's copies: the password that encrypts them, and what the target asks for. Neither is
# remembered, an argument or printed: a digest tells whether a file was changed.

KEYS=$ROOT/etc/homelab-backup

# Names are those that restic reads for its targets. Others could run a program, or lead restic elsewhere.
check_extras() {
  jq -e 'def text($least; $most): type == "string" and length >= $least and length <= $most and (contains("\t") | not);
    (.password | text(8; 1024)) and
    (.environment | type == "object" and all(to_entries[]; (.value | text(1; 4096)) and (.key |
      test("^((AWS|B2|AZURE|GOOGLE|OS|ST|RCLONE_CONFIG)_[A-Z0-9_]+|RESTIC_REST_(USERNAME|PASSWORD))$") and
      (test("_(SSH|COMMAND)$") | not))))' "$INPUT" >/dev/null ||
    refuse "password must be a line of 8 to 1024 characters, and environment a mapping of variables of restic's targets, such as AWS_ACCESS_KEY_ID, to lines"
}

touches() { printf '%s\n' "$KEYS/password" "$KEYS/environment"; }

activate() { # apply | restore
  [ "$1" = apply ] || return 0
  install -d -m 0700 "$KEYS"
  input .password | write_file "$KEYS/password" 0600
  input '.environment | to_entries[] | "\(.key)=\(.value)"' | write_file "$KEYS/environment" 0600
}

deactivate() { rm -rf "$KEYS"; }

kept() { jq '.password = "" | .environment |= map_values("")' "$INPUT"; }

effect() {
  echo "password 600 $(input .password | sha256sum | cut -d' ' -f1)"
  echo "environment 600 $(input '.environment | to_entries[] | "\(.key)=\(.value)"' | sha256sum | cut -d' ' -f1)"
}
live() {
  for file in password environment; do
    [ ! -f "$KEYS/$file" ] || echo "$file $(stat -c %a "$KEYS/$file") $(digest_of "$KEYS/$file")"
  done
}
live_findings() {
  sed -n -e 's/^-\([a-z]*\) .*/missing\t\1\tis gone/p' -e 's/^[~+]\([a-z]*\) .*/changed\t\1\twas changed by hand/p'
}
