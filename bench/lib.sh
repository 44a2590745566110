# What bench/run and bench/profile share: a database and a server of their own
# on loopback, in a folder that goes away with them. To be sourced.

work=$(mktemp -d "${TMPDIR:-/tmp}/lectern-bench.XXXXXX")
server=
postgres=
trap 'stop_all' EXIT
trap 'exit 130' INT TERM

stop_server() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  server=
  rm -f "$work/ready.json"
}

stop_all() {
  stop_server
  if [ -n "$postgres" ]; then kill -INT "$postgres" 2>/dev/null; wait "$postgres" 2>/dev/null; fi
  rm -rf "$work"
}

# Postgres refuses root, who may run it as somebody else without leaving.
as_somebody() {
  if [ "$(id -u)" = 0 ]; then exec unshare --user --map-user=1000 -- "$@"; else exec "$@"; fi
}

# A private cluster, durable as any, unless DATABASE_URL names another.
start_postgres() {
  if [ -n "${DATABASE_URL:-}" ]; then return; fi
  local bin
  bin=$(scripts/postgres-bin)
  (as_somebody "$bin/initdb" --auth=trust --username=lectern --encoding=UTF8 --locale=C \
    --pgdata="$work/db") >"$work/initdb.log" 2>&1 || { cat "$work/initdb.log" >&2; return 1; }
  (as_somebody "$bin/postgres" -D "$work/db" -c listen_addresses= \
    -c unix_socket_directories="$work") >"$work/postgres.log" 2>&1 &
  postgres=$!
  wait_for "Postgres" "$postgres" "$work/postgres.log" test -S "$work/.s.PGSQL.5432"
  export DATABASE_URL="postgres://lectern@${work//\//%2F}/postgres"
}

# wait_for NAME PID LOG CONDITION…: a minute, or until the process has gone.
wait_for() {
  local name=$1 pid=$2 log=$3
  shift 3
  for _ in $(seq 600); do
    if "$@"; then return; fi
    if ! kill -0 "$pid" 2>/dev/null; then break; fi
    sleep 0.1
  done
  echo "bench: $name did not start" >&2
  tail -n 20 "$log" >&2
  return 1
}

# start_server WRAPPER…: `lectern serve`, run by the wrapper (taskset, say).
start_server() {
  export LECTERN_AUTH_SECRET=${LECTERN_AUTH_SECRET:-$(head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \n')}
  LECTERN_LISTEN=127.0.0.1:0 LECTERN_METRICS_LISTEN=127.0.0.1:0 \
    LECTERN_MEDIA_LISTEN=127.0.0.1:0 LECTERN_MEDIA_WORKERS=1 \
    LECTERN_DATA_DIR="$work/data" LECTERN_LOG=warn \
    "$@" "$target/release/lectern" serve --ready-file "$work/ready.json" >"$work/server.log" 2>&1 &
  server=$!
  wait_for "the server" "$server" "$work/server.log" test -s "$work/ready.json"
}

# One core for what forwards, the others for the participants, where there are
# two or more.
choose_cpus() {
  local all
  all=$(nproc)
  server_cpus=0
  client_cpus=$([ "$all" -gt 1 ] && echo "1-$((all - 1))" || echo 0)
}

build() {
  target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
  cargo build --locked --release --package lectern --package lectern-loadtest
}
