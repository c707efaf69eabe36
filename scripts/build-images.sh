#!/usr/bin/env bash
# Builds the OCI images for linux/amd64 and linux/arm64 without a container engine, byte for byte the same wherever it runs
# with the same Debian packages: programs, the shared libraries that they name, CA certificates, time zones, nothing else.
#
#   build/images/rootfs-ARCH/          what is in the image
#   build/images/karbonetes-ARCH.spdx.json   its bill of materials
#   build/images/karbonetes.oci/       OCI layout: an index with both platforms
#
# Environment: VERSION (default: the file VERSION), SOURCE_DATE_EPOCH (default: of the last commit), IMAGES_DIR,
# ARCHITECTURES ("amd64 arm64").
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/lib.sh"
cd "$root"

version=${VERSION:-$(cat VERSION)}
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
revision=$(git rev-parse HEAD)
out=${IMAGES_DIR:-$root/build/images}
architectures=${ARCHITECTURES:-amd64 arm64}
programs=(karbonetes-controller karbonetes-signal kubectl-karbonetes)
[ "$(dpkg --print-architecture)" = amd64 ] || die "images are built on amd64"
mkdir -p "$out"
umask 022

triplet() { case $1 in amd64) echo x86_64-linux-gnu ;; arm64) echo aarch64-linux-gnu ;; esac; }

# Where the packages of that architecture are.
base() { case $1 in amd64) echo "" ;; arm64) echo "$KARBONETES_SYSROOT/root" ;; esac; }

compile() { # ARCH
  local arch=$1 dir="$root/build/image-$1" options=()
  [ "$arch" = amd64 ] || options=(-DCMAKE_TOOLCHAIN_FILE="$root/cmake/toolchains/$(triplet "$arch").cmake")
  cmake -S . -B "$dir" -G Ninja -DCMAKE_BUILD_TYPE=Release -DKARBONETES_TESTS=OFF -DKARBONETES_RELEASE="$version" \
    "${options[@]}" --log-level=WARNING >/dev/null
  cmake --build "$dir" -j "${JOBS:-$(nproc)}" --target "${programs[@]}" >&2
}

# The libraries that ELF files name, and those that these name, as paths.
libraries() { # ARCH FILE...
  local arch=$1 lib name path
  shift
  declare -A seen=()
  local queue=("$@")
  while [ ${#queue[@]} -gt 0 ]; do
    local file=${queue[0]}
    queue=("${queue[@]:1}")
    while read -r name; do
      [ -z "${seen[$name]:-}" ] || continue
      path=
      for lib in "$(base "$arch")/usr/lib/$(triplet "$arch")"; do
        [ -e "$lib/$name" ] && path="$lib/$name" && break
      done
      [ -n "$path" ] || die "$file needs $name, which no package for $arch brought"
      seen[$name]=1
      echo "$path"
      queue+=("$path")
    done < <(readelf -d "$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
  done
}

# The package that a file came from. Debian's merged /usr has some under their old names.
package_of() { # ARCH PATH
  local path real
  real=$(realpath "$2")
  if [ "$1" = arm64 ]; then
    awk -F'\t' -v f="${real#"$KARBONETES_SYSROOT/root/"}" '$1 == f {print $2; found = 1; exit} END {exit !found}' \
      "$KARBONETES_SYSROOT/files.tsv" || die "no package owns $2"
    return
  fi
  for path in "$real" "${real#/usr}"; do
    dpkg-query -S "$path" 2>/dev/null | head -n 1 | sed 's/: .*//; s/:.*//' | grep . && return
  done
  die "no package owns $2"
}

# The control fields of a package, as lines of a status file.
control_of() { # ARCH PACKAGE
  if [ "$1" = arm64 ]; then
    awk -v p="Package: $2" 'BEGIN {RS = ""; ORS = "\n"} index($0 "\n", p "\n") {print; exit}' "$KARBONETES_SYSROOT/status"
  else
    dpkg-query -s "$2:amd64" 2>/dev/null || dpkg-query -s "$2"
  fi | grep -E '^(Package|Version|Architecture|Source|Maintainer|Homepage):'
}

rootfs() { # ARCH
  # A package without architecture, from this machine.
  from_here() {
    install -D -m 644 "/usr/share/doc/$1/copyright" "$dir/usr/share/doc/$1/copyright"
    origin "usr/share/doc/$1/copyright" "$1"
    control_of amd64 "$1" >"$dir/var/lib/dpkg/status.d/$1"
    origin "var/lib/dpkg/status.d/$1" "$1"
  }
  local arch=$1 dir="$out/rootfs-$1" lib tri path package origin
  tri=$(triplet "$arch")
  rm -rf "$dir"
  mkdir -p "$dir"/{usr/local/bin,usr/lib/"$tri",etc/ssl/certs,usr/share/doc,var/lib/dpkg/status.d}
  ln -s usr/lib "$dir/lib"
  : >"$out/origin-$arch.tsv"
  origin() { printf '%s\t%s\n' "$1" "$2" >>"$out/origin-$arch.tsv"; }

  local strip=strip built=()
  [ "$arch" = amd64 ] || strip="$tri-strip"
  for program in "${programs[@]}"; do
    "$strip" -o "$dir/usr/local/bin/$program" "$root/build/image-$arch/bin/$program"
    chmod 755 "$dir/usr/local/bin/$program"
    origin "usr/local/bin/$program" karbonetes
    built+=("$dir/usr/local/bin/$program")
  done

  for lib in $(libraries "$arch" "${built[@]}" | sort -u); do
    install -m 644 "$(realpath "$lib")" "$dir/usr/lib/$tri/$(basename "$lib")"
    origin "usr/lib/$tri/$(basename "$lib")" "$(package_of "$arch" "$lib")"
  done
  # The program that starts programs stands where each of them says.
  path=$(readelf -l "${built[0]}" | sed -n 's/.*program interpreter: \(.*\)\]/\1/p')
  lib="$(base "$arch")$path"
  [ "$arch" = arm64 ] || { mkdir -p "$dir/usr/lib64" && ln -s usr/lib64 "$dir/lib64"; }
  install -m 755 "$(realpath "$lib")" "$dir/usr${path}"
  origin "usr${path#/}" "$(package_of "$arch" "$lib")"
  sed -i "s#^usrlib#usr/lib#" "$out/origin-$arch.tsv"

  # Both are the same on every architecture.
  install -m 644 /etc/ssl/certs/ca-certificates.crt "$dir/etc/ssl/certs/ca-certificates.crt"
  origin etc/ssl/certs/ca-certificates.crt ca-certificates
  # right/ counts leap seconds and posix/ repeats the rest: nobody reads them.
  (cd /usr/share && tar cf - --exclude=zoneinfo/right --exclude=zoneinfo/posix zoneinfo) | tar xf - -C "$dir/usr/share"
  find "$dir/usr/share/zoneinfo" \( -type f -o -type l \) -printf '%P\n' | sort |
    while read -r path; do origin "usr/share/zoneinfo/$path" tzdata; done

  printf 'root:x:0:0:root:/:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/:/sbin/nologin\n' >"$dir/etc/passwd"
  printf 'root:x:0:\nnonroot:x:65532:\n' >"$dir/etc/group"
  printf 'hosts: files dns\n' >"$dir/etc/nsswitch.conf"
  for path in etc/passwd etc/group etc/nsswitch.conf; do origin "$path" karbonetes; done
  install -D -m 644 LICENSE "$dir/usr/share/doc/karbonetes/copyright"
  origin usr/share/doc/karbonetes/copyright karbonetes

  # Licences, and what scanners read in images that have no package manager.
  for package in $(cut -f2 "$out/origin-$arch.tsv" | grep -v '^karbonetes$' | sort -u); do
    [ "$package" != ca-certificates ] && [ "$package" != tzdata ] || { from_here "$package"; continue; }
    # Packages of one source may have one licence file between them.
    install -D -m 644 "$(realpath "$(base "$arch")/usr/share/doc/$package/copyright")" "$dir/usr/share/doc/$package/copyright"
    origin "usr/share/doc/$package/copyright" "$package"
    control_of "$arch" "$package" >"$dir/var/lib/dpkg/status.d/$package"
    origin "var/lib/dpkg/status.d/$package" "$package"
  done
  chmod -R go-w "$dir"
}

layer() { # ARCH
  tar --sort=name --mtime="@$epoch" --owner=0 --group=0 --numeric-owner --format=posix \
    --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime -C "$out/rootfs-$1" -cf - . |
    gzip -n -9 >"$out/layer-$1.tar.gz"
}

export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
scripts/install-packages.sh build release
if [[ $architectures == *arm64* ]]; then
  KARBONETES_SYSROOT=$(scripts/sysroot-arm64.sh)
  export KARBONETES_SYSROOT
fi
crane=$(scripts/go-tool.sh crane)
for arch in $architectures; do
  say "images: compiling for linux/$arch"
  compile "$arch"
  rootfs "$arch"
  layer "$arch"
  scripts/sbom.py --origin "$out/origin-$arch.tsv" --rootfs "$out/rootfs-$arch" --arch "$arch" --version "$version" \
    --epoch "$epoch" --revision "$revision" >"$out/karbonetes-$arch.spdx.json"
done

# Crane works on registries; one in memory, on loopback, is what it is given.
log="$out/registry.log"
"$crane" registry serve --address 127.0.0.1:0 >"$log" 2>&1 &
registry=$!
trap 'kill "$registry" 2>/dev/null || true' EXIT
for _ in $(seq 200); do
  port=$(sed -n 's/.*serving on port \([0-9]*\).*/\1/p' "$log" | head -n 1)
  [ -n "$port" ] && break
  kill -0 "$registry" 2>/dev/null || die "the local registry did not start: $(cat "$log")"
  read -rt 0.05 <> <(:) || true
done
[ -n "$port" ] || die "the local registry does not say its port: $(cat "$log")"
repository="127.0.0.1:$port/karbonetes"
created=$(date -u -d "@$epoch" +%Y-%m-%dT%H:%M:%SZ)
manifests=()
for arch in $architectures; do
  # Its own tools count the creation from zero; the label says what was built when.
  "$crane" append --insecure --oci-empty-base --new_layer "$out/layer-$arch.tar.gz" --new_tag "$repository:raw-$arch" >/dev/null 2>&1
  "$crane" mutate --insecure "$repository:raw-$arch" --tag "$repository:$arch" --set-platform "linux/$arch" \
    --entrypoint /usr/local/bin/karbonetes-controller --user 65532:65532 --workdir / \
    --env PATH=/usr/local/bin --env SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt \
    --label org.opencontainers.image.title=karbonetes --label "org.opencontainers.image.version=$version" \
    --label "org.opencontainers.image.revision=$revision" --label "org.opencontainers.image.created=$created" \
    --label org.opencontainers.image.source=https://github.com/karbonetes/karbonetes \
    --label org.opencontainers.image.licenses=Apache-2.0 >/dev/null
  manifests+=(--manifest "$repository:$arch")
done
"$crane" index append --insecure "${manifests[@]}" --tag "$repository:$version" >/dev/null 2>&1
rm -rf "$out/karbonetes.oci"
"$crane" pull --insecure --format=oci "$repository:$version" "$out/karbonetes.oci"
digest=$("$crane" digest --insecure "$repository:$version")
# Crane wraps the index into another one, which would be pushed as such.
mv "$out/karbonetes.oci/blobs/${digest/://}" "$out/karbonetes.oci/index.json"
[ "sha256:$(sha256sum <"$out/karbonetes.oci/index.json" | cut -d' ' -f1)" = "$digest" ] || die "the layout is not what the registry had"
echo "$digest" >"$out/digest"
for arch in $architectures; do
  printf 'linux/%s: %s compressed, %s unpacked\n' "$arch" "$(numfmt --to=iec-i --suffix=B "$(stat -c %s "$out/layer-$arch.tar.gz")")" \
    "$(du -sb --apparent-size "$out/rootfs-$arch" | cut -f1 | numfmt --to=iec-i --suffix=B)"
done
echo "karbonetes:$version $digest in ${out#"$root"/}/karbonetes.oci"
