#!/usr/bin/env bash
# Prints the folder of an arm64 sysroot: the Debian packages that our programs are compiled against and run with, unpacked,
# with all that they depend on. Nothing of it is installed on this machine (some of the -dev packages cannot stand beside
# their amd64 twins), and no root is needed for it. Made once for each list of package versions.
#
#   SYSROOT/root/        the unpacked packages          SYSROOT/status    their control fields, as dpkg-query reads them
#   SYSROOT/files.tsv    path, package
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/lib.sh"

packages=(libssl-dev libsimdjson-dev libyaml-cpp-dev prometheus-cpp-dev libspdlog-dev libfmt-dev libhowardhinnant-date-dev)
# The cross compiler has these of its own; beside its own they would be found first.
compilers='^(libc6-dev|libc-dev-bin|linux-libc-dev|libcrypt-dev|libnsl-dev|libtirpc-dev|rpcsvc-proto|libstdc\+\+-12-dev|libgcc-12-dev)$'
cache=${KARBONETES_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/karbonetes}
state="$cache/apt-arm64"
mkdir -p "$state"/{lists/partial,archives/partial,none/partial}
: >"$state/empty"
# An apt of its own: another architecture, nothing installed, the sources and keys of this machine.
apt=(apt-get -qq -o APT::Architecture=arm64 -o APT::Architectures::=arm64 -o Dir::State="$state" -o Dir::State::lists="$state/lists"
  -o Dir::State::status="$state/empty" -o Dir::Cache="$state" -o Dir::Cache::archives="$state/archives"
  -o Debug::NoLocking=1 -o APT::Sandbox::User= -o APT::Install-Recommends=false)

if [ -z "$(find "$state/lists" -maxdepth 1 -name '*arm64*' -mmin -1440 -print -quit)" ]; then
  say "arm64: reading the package lists"
  "${apt[@]}" update >&2 || say "note: the package lists could not be renewed"
fi
# What is in the archives already would not be printed.
uris=$("${apt[@]}" -o Dir::Cache::archives="$state/none" -y --print-uris install "${packages[@]}" | sed -n "s/^'[^']*' \([^ ]*\) .*/\1/p" | sort)
[ -n "$uris" ] || die "the arm64 packages cannot be resolved"
key=$(printf '%s\n' "$uris" | sha256sum | cut -c1-12)
sysroot="$cache/sysroot-arm64-$key"
if [ ! -d "$sysroot" ]; then
  say "arm64: fetching $(wc -l <<<"$uris") packages into the sysroot"
  "${apt[@]}" -y -d install "${packages[@]}" >&2
  made=$(mktemp -d "$cache/sysroot.XXXXXX")
  mkdir "$made/root"
  # Debian's merged /usr: some packages still bring files in /lib.
  mkdir -p "$made/root/usr/lib"
  ln -s usr/lib "$made/root/lib"
  for deb in $uris; do
    file="$state/archives/$deb"
    name=$(dpkg-deb -f "$file" Package)
    if [[ $name =~ $compilers ]]; then continue; fi
    dpkg-deb --fsys-tarfile "$file" | tar -x -C "$made/root" --keep-directory-symlink --no-same-owner
    dpkg-deb -f "$file" >>"$made/status"
    printf 'Status: install ok installed\n\n' >>"$made/status"
    dpkg-deb -c "$file" | awk -v p="$name" '$1 !~ /^d/ {sub(/^\.\//, "", $6); sub(/^lib\//, "usr/lib/", $6); print $6 "\t" p}' >>"$made/files.tsv"
  done
  mv "$made" "$sysroot"
fi
echo "$sysroot"
