#!/usr/bin/env bash
# The lists of the query API over ten years of history: 50 clients, each route by itself, at any depth; see
# docs/performance.md.
#   bench/query.sh                 the full history: about 6 minutes of seeding (once), 5 of load, 12 GB of disk
#   bench/query.sh --scale 0.01    a hundredth of it, to try the script out
# FIXITY_BENCH_DIR      where the database is kept between runs (default: fixity-bench below TMPDIR or /var/tmp)
# FIXITY_BENCH_OUT      where the report goes (default: bench/results/<date>-query-<rig>.md; with --scale: the terminal)
# FIXITY_BENCH_SECONDS  of load for each route (default 8)
set -euo pipefail
cd "$(dirname "$0")/.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
scale=1
[ "${1:-}" = --scale ] && scale=$2
folder=${FIXITY_BENCH_DIR:-${TMPDIR:-/var/tmp}/fixity-bench}/query-$scale
port=$((20000 + RANDOM % 20000))
api=$((port + 1))
postgres=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)

as_postgres() { # initdb and postgres refuse to run as root
  if [ "$(id -u)" -eq 0 ]; then
    setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"
  else
    "$@"
  fi
}

service=
stop() {
  if [ -n "$service" ]; then
    kill -TERM "$service" 2>/dev/null || true
    wait "$service" 2>/dev/null || true
  fi
  as_postgres "$postgres/pg_ctl" -D "$folder/data" -m fast stop >/dev/null 2>&1 || true
}
trap stop EXIT

dotnet build services/Fixity.Query -c Release -v quiet -nologo >&2
dotnet build tools/seed -c Release -v quiet -nologo >&2
mkdir -p "$folder/tools"
[ -d "$folder/tools/node_modules/autocannon" ] \
  || npm install --silent --no-fund --no-audit --prefix "$folder/tools" autocannon@8.0.0 >&2

if [ ! -e "$folder/data/PG_VERSION" ]; then
  mkdir -p "$folder/data"
  [ "$(id -u)" -eq 0 ] && chown nobody:nogroup "$folder" "$folder/data"
  as_postgres "$postgres/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C >/dev/null
fi
# What a small server has: a quarter of 4 GiB. No other setting differs from initdb's.
as_postgres "$postgres/pg_ctl" -D "$folder/data" -w -l "$folder/data/log" \
  -o "-p $port -k $folder/data -c listen_addresses=127.0.0.1 -c shared_buffers=1GB" start >/dev/null
database="Host=127.0.0.1;Port=$port;Username=postgres;Database=fixity"
sql() { "$postgres/psql" -h 127.0.0.1 -p "$port" -U postgres -d "${2:-fixity}" -XAtqc "$1"; }
if [ ! -e "$folder/seeded" ]; then
  sql 'drop database if exists fixity' postgres
  sql 'create database fixity' postgres
  artifacts/bin/Fixity.Seed/release/seed --connection "$database" --scale "$scale" | tee "$folder/tools/seed.log" >&2
  touch "$folder/tools/seeded" && cp "$folder/tools/seeded" "$folder/seeded"
fi

key=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
ASPNETCORE_ENVIRONMENT=Production ASPNETCORE_URLS=http://127.0.0.1:$api Fixity__GatewayKey=$key \
  ConnectionStrings__fixitydb="$database" Logging__LogLevel__Default=Warning \
  dotnet artifacts/bin/Fixity.Query/release/Fixity.Query.dll >"$folder/tools/query.log" 2>&1 &
service=$!
for _ in $(seq 1 100); do
  curl -sf "http://127.0.0.1:$api/readyz" >/dev/null && break
  sleep 0.2
done

# Places at any depth: rows of every part of each table, as keys of cursors.
sql "select json_build_object(
  'largestScan', (select id from scheduler.scans order by files_modified + files_deleted desc limit 1),
  'files', (select json_agg(json_build_array(id, target_id, path, size, (extract(epoch from verified_at) * 1000000)::bigint))
    from (select * from scanner.files where id % greatest((select max(id) / 200 from scanner.files), 1) = 0 limit 200) f),
  'changes', (select json_agg(json_build_array(id, (extract(epoch from detected_at) * 1000000)::bigint, scan_id, file_id))
    from (select * from scanner.change_events
      where id = any (array(select n * greatest((select max(id) / 200 from scanner.change_events), 1) from generate_series(1, 200) n))) c),
  'ofLargestScan', (select json_agg(json_build_array(id, (extract(epoch from detected_at) * 1000000)::bigint))
    from (select * from scanner.change_events where scan_id = (
        select id from scheduler.scans order by files_modified + files_deleted desc limit 1)
      and id % greatest((select max(id) / 2000 from scanner.change_events), 1) = 0 limit 200) l),
  'scans', (select json_agg(json_build_array(id, (extract(epoch from requested_at) * 1000000)::bigint,
      (extract(epoch from ended_at - started_at) * 1000000)::bigint, errors_count))
    from (select * from scheduler.scans where id % greatest((select max(id) / 200 from scheduler.scans), 1) = 0) s),
  'withErrors', (select json_agg(id) from (select id from scheduler.scans where id % 1000 = 0) e),
  'targets', (select json_agg(id) from scheduler.targets),
  'rows', json_build_object(
    'change events', (select count(*) from scanner.change_events), 'files', (select count(*) from scanner.files),
    'scans', (select count(*) from scheduler.scans)),
  'bytes', pg_database_size('fixity'))" >"$folder/tools/places.json"

out=${FIXITY_BENCH_OUT:-}
if [ -z "$out" ] && [ "$scale" = 1 ]; then
  rig=$(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | tr -cs '[:alnum:]' '-' | tr '[:upper:]' '[:lower:]' | sed 's/^-//; s/-$//')
  out=bench/results/$(date +%F)-query-$rig-$(nproc)-cores.md
fi

FIXITY_KEY=$key NODE_PATH="$folder/tools/node_modules" node bench/query/load.cjs \
  "http://127.0.0.1:$api/api/v1" "$folder/tools/places.json" "${FIXITY_BENCH_SECONDS:-8}" "$folder/tools/seed.log" \
  | if [ -n "$out" ]; then tee "$out"; else cat; fi
