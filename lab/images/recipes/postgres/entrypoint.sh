#!/bin/sh
# The part of the official image's entrypoint that a homelab uses: POSTGRES_{USER,PASSWORD,DB,INITDB_ARGS} and their
# _FILE forms, read when the database is made; start as root, run as postgres. No /docker-entrypoint-initdb.d.
set -eu

value() { # NAME: of the variable, or of the file that NAME_FILE names
  eval "v=\${$1:-} f=\${$1_FILE:-}"
  if [ -n "$v" ] && [ -n "$f" ]; then
    echo "error: both $1 and $1_FILE are set (but are exclusive)" >&2
    exit 1
  fi
  if [ -n "$f" ]; then cat "$f"; else printf %s "$v"; fi
}

create() {
  user=$(value POSTGRES_USER) password=$(value POSTGRES_PASSWORD) db=$(value POSTGRES_DB) args=$(value POSTGRES_INITDB_ARGS)
  user=${user:-postgres}
  db=${db:-$user}
  method=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
  if [ -z "$password" ] && [ "$method" != trust ]; then
    echo 'Error: Database is uninitialized and superuser password is not specified.' >&2
    echo '       You must specify POSTGRES_PASSWORD to a non-empty value for the superuser.' >&2
    exit 1
  fi
  umask 077
  secret=$(mktemp)
  printf '%s\n' "${password:-none}" >"$secret"
  # shellcheck disable=SC2086  # several arguments in one variable, as in the official image
  initdb --username="$user" --pwfile="$secret" --auth-local=trust --auth-host=trust $args
  rm -f "$secret"
  echo "host all all all $method" >>"$PGDATA/pg_hba.conf"
  sed -ri "s/^#?(listen_addresses)\s*=.*/\1 = '*'/" "$PGDATA/postgresql.conf"
  if [ "$db" != postgres ]; then
    printf 'CREATE DATABASE "%s"\n' "$(printf %s "$db" | sed 's/"/""/g')" | postgres --single -j -D "$PGDATA" postgres >/dev/null
  fi
  echo 'PostgreSQL init process complete; ready for start up.'
}

case "${1:-}" in -*) set -- postgres "$@" ;; esac
if [ "${1:-}" = postgres ]; then
  mkdir -p "$PGDATA" /run/postgresql
  if [ "$(id -u)" = 0 ]; then
    find "$PGDATA" ! -user postgres -exec chown postgres {} +
    chown postgres:postgres /run/postgresql || true
    chmod 3777 /run/postgresql || true
    exec setpriv --reuid=postgres --regid=postgres --clear-groups "$0" "$@"
  fi
  chmod 700 "$PGDATA" || true
  [ -s "$PGDATA/PG_VERSION" ] || create
  unset POSTGRES_PASSWORD
fi
exec "$@"
