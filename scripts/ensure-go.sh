#!/usr/bin/env bash
# Prints the path of a Go toolchain new enough to build the control plane (see the `go` lines in controlplane/modules).
# Looks on PATH and in /usr/local/go; else Debian's own Go, far too old to build with, fetches the pinned toolchain from the
# Go module proxy (https://go.dev/doc/toolchain), verified by the checksum database like any module.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/lib.sh"

wanted=1.26
toolchain=1.26.8

new_enough() {
  local version
  version=$(GOTOOLCHAIN=local "$1" env GOVERSION 2>/dev/null) || return 1
  version=${version#go}
  [ "$(printf '%s\n%s\n' "$wanted" "$version" | sort -V | head -n 1)" = "$wanted" ]
}

for candidate in "$(command -v go || true)" /usr/local/go/bin/go; do
  if [ -n "$candidate" ] && [ -x "$candidate" ] && new_enough "$candidate"; then
    echo "$candidate"
    exit 0
  fi
done

cache=${KARBONETES_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/karbonetes}
go="$cache/go$toolchain/bin/go"
if [ ! -x "$go" ]; then
  case $(uname -m) in
    x86_64) arch=amd64 ;;
    aarch64) arch=arm64 ;;
    *) die "no Go toolchain for $(uname -m): install Go $wanted or newer" ;;
  esac
  bootstrap=$(command -v go || true)
  if [ -z "$bootstrap" ]; then
    say "installing Debian's golang-go, to fetch Go $toolchain with"
    as_root apt-get update -qq >&2
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends golang-go >&2
    bootstrap=$(command -v go)
  fi
  say "fetching Go $toolchain from the Go module proxy"
  scratch=$(mktemp -d)
  trap 'chmod -R u+w "$scratch"; rm -rf "$scratch"' EXIT
  (cd "$scratch" && printf 'module fetch\n' >go.mod &&
    GOFLAGS=-mod=mod GOMODCACHE="$scratch/mod" "$bootstrap" mod download "golang.org/toolchain@v0.0.1-go$toolchain.linux-$arch") >&2
  mkdir -p "$cache"
  chmod -R u+w "$scratch/mod"
  # Module archives carry no permission bits.
  chmod +x "$scratch/mod/golang.org/toolchain@v0.0.1-go$toolchain.linux-$arch"/{bin,pkg/tool/linux_$arch}/*
  rm -rf "$cache/go$toolchain"
  mv "$scratch/mod/golang.org/toolchain@v0.0.1-go$toolchain.linux-$arch" "$cache/go$toolchain"
fi
new_enough "$go" || die "the fetched Go toolchain does not run: $go"
echo "$go"
