#!/usr/bin/env bash
# Fixity against its peers, in the same run on the same files; see docs/performance.md.
#   bench/run.sh            about 40 minutes on two cores, 12 GB of disk, 8 GiB of page cache
#   bench/run.sh --quick    under 6 minutes, 2 GB of disk
#   bench/run.sh --only hash,smb    some of the jobs (smb: all of smb-*), and with an unknown name: the list of them
# FIXITY_BENCH_DIR  where the trees are kept between runs (default: fixity-bench below TMPDIR or /var/tmp)
# FIXITY_BENCH_OUT  where the report goes (default: bench/results/<date>-<rig>.md; with --only or --quick: the terminal)
set -euo pipefail
cd "$(dirname "$0")/.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
folder=${FIXITY_BENCH_DIR:-${TMPDIR:-/var/tmp}/fixity-bench}

install_peers() {
  local missing=() tool
  for tool in aide hashdeep b3sum psql taskset smbclient smbd; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing+=(initdb)
  [ ${#missing[@]} -eq 0 ] && return 0
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo "installing what is missing: ${missing[*]}" >&2
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
      aide hashdeep b3sum findutils postgresql postgresql-client util-linux samba smbclient >/dev/null
  else
    echo "missing, and not to be installed by this user: ${missing[*]}" >&2
    exit 1
  fi
}

install_peers
# As the scanner is published: compiled ahead for this system.
case $(uname -m) in aarch64) system=linux-arm64 ;; *) system=linux-x64 ;; esac
dotnet publish bench/Fixity.Bench -c Release -r "$system" --self-contained false -v quiet -nologo \
  -o artifacts/bench >&2
program=$PWD/artifacts/bench/Fixity.Bench

out=${FIXITY_BENCH_OUT:-}
if [ -z "$out" ] && [ $# -eq 0 ]; then
  rig=$(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | tr -cs '[:alnum:]' '-' | tr '[:upper:]' '[:lower:]' | sed 's/^-//; s/-$//')
  mkdir -p bench/results
  out=bench/results/$(date +%F)-$rig-$(nproc)-cores.md
fi

exec "$program" run --folder "$folder" ${out:+--out "$out"} "$@"
