#!/usr/bin/env bash
# Everything that must hold, in one command: installs what the tests need where it may, builds, checks, tests.
# Ends with a line of the form "N passed, N failed".
#   CI=true        a missing tool is a failure, not a skip
#   FIXITY_FULL=1  the long runs in full
set -uo pipefail
cd "$(dirname "$0")" || exit 1

# A shell in the background ignores Ctrl+C, and so would all it starts; tests of stopping by Ctrl+C need it back.
if [ -z "${FIXITY_SIGNALS_RESET:-}" ] && env --default-signal=INT true 2>/dev/null; then
  FIXITY_SIGNALS_RESET=1 exec env --default-signal=INT ./test.sh "$@"
fi

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
checks_passed=0 checks_failed=0

say() { printf '\n== %s\n' "$1"; }

# check NAME COMMAND...: one pass or fail of its own in the sum.
check() {
  local name=$1
  shift
  say "$name"
  if "$@"; then
    checks_passed=$((checks_passed + 1))
  else
    checks_failed=$((checks_failed + 1))
    echo "FAILED: $name"
  fi
}

install_tools() {
  local missing=()
  command -v chromium >/dev/null || missing+=(chromium)
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing+=(postgresql)
  command -v setpriv >/dev/null || missing+=(util-linux)
  command -v fincore >/dev/null || missing+=(util-linux-extra)
  command -v mkfs.ext4 >/dev/null || [ -x /usr/sbin/mkfs.ext4 ] || missing+=(e2fsprogs)
  command -v smbd >/dev/null || [ -x /usr/sbin/smbd ] || missing+=(samba)
  command -v smbclient >/dev/null || missing+=(smbclient)
  command -v promtool >/dev/null || missing+=(prometheus)
  command -v b3sum >/dev/null || missing+=(b3sum)
  command -v hashdeep >/dev/null || missing+=(hashdeep)
  command -v unzip >/dev/null || missing+=(unzip)
  /usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null || missing+=(python3-aiosmtpd)
  command -v git >/dev/null || missing+=(git)
  [ ${#missing[@]} -eq 0 ] && return 0
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo "installing: ${missing[*]}"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
  else
    echo "not here and not to be installed: ${missing[*]}; tests that need them say so"
  fi
}

# -m:1 for tests: each starts servers of its own, and two cores are soon full.
run_tests() {
  dotnet test Fixity.sln --no-build -m:1 --logger trx --logger "console;verbosity=minimal" --results-directory "$results" --nologo \
    -- RunConfiguration.TestSessionTimeout=1500000
}

frontend_checks() {
  (cd frontend && npm run --silent check && npm run --silent test)
}

install_tools || echo "some tools could not be installed"
check "build, warnings as errors" dotnet build Fixity.sln -v quiet -nologo
check "format" dotnet format Fixity.sln --verify-no-changes --no-restore --severity warn
if command -v npm >/dev/null; then
  check "frontend: types, lint, tests" frontend_checks
elif [ "${CI:-}" = true ]; then
  check "frontend: npm is missing" false
else
  say "frontend: skipped, npm is missing"
fi
if command -v promtool >/dev/null; then
  check "alert rules" promtool test rules deploy/observability/fixity.rules.test.yml
elif [ "${CI:-}" = true ]; then
  check "alert rules: promtool is missing" false
else
  say "alert rules: skipped, promtool is missing"
fi
say "tests"
run_tests
run_status=$?

# The counters of every test project's results file, added up.
sum() { grep -ho "<Counters [^>]*" "$results"/*.trx 2>/dev/null | grep -o " $1=\"[0-9]*\"" | tr -dc '0-9\n' | awk '{s+=$1} END {print s+0}'; }
passed=$(($(sum passed) + checks_passed))
failed=$(($(sum failed) + $(sum error) + $(sum timeout) + $(sum aborted) + checks_failed))
executed=$(sum executed)
# xunit's skips are in no counter of their own: they are what was there and was not executed.
skipped=$(($(sum total) - executed))
# A project that died before its results were written must not count as fine.
[ "$run_status" -ne 0 ] && [ "$failed" -eq 0 ] && failed=1
[ "$executed" -eq 0 ] && failed=$((failed + 1))

say "result"
if [ "$skipped" -gt 0 ]; then
  echo "$passed passed, $failed failed, $skipped skipped"
else
  echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ]
