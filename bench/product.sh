#!/usr/bin/env bash
# The whole product through its API: starts the AppHost, watches the mixed tree, and says how long its scans took by the
# product's own clock and how much memory each of its processes came to need.
#   bench/product.sh [FILES]   a tree of so many files (default 100000)
# FIXITY_BENCH_DIR  where the tree is kept, as for run.sh
set -euo pipefail
cd "$(dirname "$0")/.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
files=${1:-100000}
folder=${FIXITY_BENCH_DIR:-${TMPDIR:-/var/tmp}/fixity-bench}
tree=$folder/trees/mixed-$files
limit_s=900

for project in Fixity.AppHost bench/Fixity.Bench; do
  dotnet build "$project" -c Release -v quiet -nologo >&2
done
mkdir -p "$folder/trees"
artifacts/bin/Fixity.Bench/release/Fixity.Bench make-tree "$tree" --shape mixed --files "$files" --seed 1

home=$(mktemp -d)
chmod 711 "$home" # PostgreSQL runs as another user where root starts it, and must get through.
log=$home/apphost.log
host=
stop() {
  if [ -n "$host" ] && kill -0 "$host" 2>/dev/null; then
    kill -TERM "$host"
    wait "$host" || true
  fi
  rm -rf "$home"
}
trap stop EXIT

FIXITY_HOME=$home DOTNET_ENVIRONMENT=Production \
  dotnet artifacts/bin/Fixity.AppHost/release/Fixity.AppHost.dll --Fixity:Dashboard=false >"$log" 2>&1 </dev/null &
host=$!

link=
for _ in $(seq 240); do
  link=$(grep -o 'http://[^ ]*/setup#token=[^ ]*' "$log" || true)
  [ -n "$link" ] && break
  kill -0 "$host" 2>/dev/null || break
  sleep 1
done
[ -n "$link" ] || { cat "$log" >&2; echo "Fixity did not start" >&2; exit 1; }
address=${link%%/setup#*}

# field NAME: of the JSON on standard input; numbers, words and times only, which is all that is asked here.
field() { grep -o "\"$1\":[^,}]*" | head -1 | cut -d: -f2- | tr -d '"'; }

call() {
  local method=$1 path=$2 body=${3:-}
  curl -sS --fail-with-body -X "$method" -b "$home/cookies" -c "$home/cookies" -H "X-CSRF-Token: ${csrf:-}" \
    ${body:+-H 'Content-Type: application/json' -d "$body"} "$address/api/v1$path"
}

csrf=$(call POST /auth/setup "{\"token\":\"${link#*#token=}\",\"username\":\"bench\",\"password\":\"a long enough passphrase\"}" |
  field csrfToken)
target=$(call POST /targets "{\"name\":\"bench\",\"type\":\"local\",\"root\":\"$tree\",\"samplePercent\":0}" | field id)

# run NAME MODE: one scan to its end, as a row of the table.
run() {
  local scan status started ended seconds
  scan=$(call POST "/targets/$target/scans" "{\"mode\":\"$2\"}" | field scanId)
  for _ in $(seq $((limit_s * 2))); do
    answer=$(call GET "/scans/$scan")
    ended=$(field endedAt <<<"$answer")
    [ "$ended" != null ] && [ -n "$ended" ] && break
    sleep 0.5
  done
  status=$(field status <<<"$answer")
  started=$(field startedAt <<<"$answer")
  seconds=$(awk -v a="$(date -d "$started" +%s.%N)" -v b="$(date -d "$ended" +%s.%N)" 'BEGIN {printf "%.2f", b - a}')
  echo "| $1 | $status | $(field filesSeen <<<"$answer") | $seconds |"
  [ "$status" = completed ]
}

echo "| scan | status | files | seconds |"
echo "|---|---|---|---|"
run first incremental
run "unchanged rescan" incremental
run "full verification" full
echo
echo "| process | peak MiB |"
echo "|---|---|"
# Only what this AppHost started: its descendants, found by their parents.
family() {
  local child
  for child in $(ps -o pid= --ppid "$1"); do
    echo "$child"
    family "$child"
  done
}
for pid in $(family "$host"); do
  name=$(tr '\0' '\n' <"/proc/$pid/cmdline" 2>/dev/null | grep -o 'Fixity\.[A-Za-z]*\(\.dll\)\?$' | head -1 || true)
  [ -n "$name" ] && awk -v name="${name%.dll}" '/^VmHWM/ {printf "| %s | %.0f |\n", name, $2 / 1024}' "/proc/$pid/status"
done
exit 0
