#!/usr/bin/env bash
# Installs the Debian packages that building and testing need. Does nothing (and needs no root) when all are there.
# Usage: install-packages.sh [build|lint|bench|release|monitoring|web|node|docs|faults|fuzz|model]...   default: build
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/lib.sh"

build=(g++ make cmake ninja-build ccache pkg-config ca-certificates curl git tzdata
  libboost1.81-dev libssl-dev libsimdjson-dev nlohmann-json3-dev libyaml-cpp-dev prometheus-cpp-dev
  libspdlog-dev libfmt-dev libcli11-dev libexpected-dev libhowardhinnant-date-dev
  libgtest-dev libgmock-dev libcurl4-openssl-dev zlib1g-dev openssl jq)
lint=(clang-format-19 clang-tidy-19 python3)
bench=(libbenchmark-dev)
release=(g++-aarch64-linux-gnu qemu-user-static curl jq python3 python3-yaml python3-venv)
monitoring=(prometheus python3 python3-yaml)
web=(chromium fonts-dejavu-core)
node=(nodejs npm)
docs=(python3 python3-venv)
faults=(libfaketime testssl.sh)
model=(spin gcc)
fuzz=(clang-19 libclang-rt-19-dev)

wanted=()
for set in "${@:-build}"; do
  case $set in
    build) wanted+=("${build[@]}") ;;
    lint) wanted+=("${lint[@]}") ;;
    bench) wanted+=("${bench[@]}") ;;
    release) wanted+=("${release[@]}") ;;
    monitoring) wanted+=("${monitoring[@]}") ;;
    web) wanted+=("${web[@]}") ;;
    node) wanted+=("${node[@]}") ;;
    docs) wanted+=("${docs[@]}") ;;
    faults) wanted+=("${faults[@]}") ;;
    model) wanted+=("${model[@]}") ;;
    fuzz) wanted+=("${fuzz[@]}") ;;
    *) die "unknown package set \"$set\": write build, lint, bench, release, monitoring, web, node, docs, faults, fuzz or model" ;;
  esac
done

missing=()
for package in "${wanted[@]}"; do
  dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

. /etc/os-release 2>/dev/null || true
[ "${ID:-}" = debian ] || say "note: written for Debian 12; this is ${PRETTY_NAME:-unknown}"
say "installing ${#missing[@]} Debian packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
as_root apt-get update -qq >&2
as_root apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
