#!/usr/bin/env bash
# What a release publishes beside the images, from what scripts/build-images.sh has built: the plugin for krew, the chart, bills
# of materials, the krew manifest, checksums. The same input gives the same bytes.
# Usage: release-archives.sh VERSION   ->  build/release-VERSION/
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/lib.sh"
cd "$root"
version=${1:?a version: 1.2.3}
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]] || die "\"$version\" is no version: write 1.2.3 or 1.2.3-rc.1"
images=${IMAGES_DIR:-$root/build/images}
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
out=${RELEASE_DIR:-$root/build/release-$version}
built=$("$images/rootfs-amd64/usr/local/bin/kubectl-karbonetes" --version 2>/dev/null | awk '{print $2}') || true
[ "$built" = "$version" ] || die "the images are of version ${built:-unknown}, not $version: VERSION=$version make images"
rm -rf "$out"
mkdir -p "$out"
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
umask 022

pack() { # ARCHIVE DIR
  tar --sort=name --mtime="@$epoch" --owner=0 --group=0 --numeric-owner --format=posix \
    --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime -C "$2" -cf - . | gzip -n -9 >"$1"
}

for arch in amd64 arm64; do
  dir="$made/$arch"
  mkdir -p "$dir/lib"
  rootfs="$images/rootfs-$arch"
  install -m 755 "$rootfs/usr/local/bin/kubectl-karbonetes" "$dir/"
  ln -s kubectl-karbonetes "$dir/karbonetes" # its name without kubectl
  install -m 644 LICENSE "$dir/"
  install -D -m 644 packaging/man/kubectl-karbonetes.1 "$dir/man/kubectl-karbonetes.1"
  install -m 755 packaging/completion/kubectl_complete-karbonetes "$dir/"
  # glibc is the machine's own (2.36 or newer); all else comes along.
  for lib in "$rootfs"/usr/lib/*-linux-gnu/*; do
    case $(basename "$lib") in libc.so.* | libm.so.* | libpthread.so.* | libdl.so.* | librt.so.* | ld-*) ;; *) install -m 644 "$lib" "$dir/lib/" ;; esac
  done
  pack "$out/kubectl-karbonetes_${version}_linux_$arch.tar.gz" "$dir"
  cp "$images/karbonetes-$arch.spdx.json" "$out/karbonetes_${version}_linux_$arch.spdx.json"
done

cp -r charts/karbonetes "$made/karbonetes"
# Helm stamps the time of packaging into the archive; ours is packed like the others, from what Helm has checked.
"$(scripts/go-tool.sh helm)" package "$made/karbonetes" --version "$version" --app-version "$version" --destination "$made" >/dev/null
mkdir "$made/chart"
tar -xzf "$made/karbonetes-$version.tgz" -C "$made/chart"
(cd "$made/chart" && tar --sort=name --mtime="@$epoch" --owner=0 --group=0 --numeric-owner --format=ustar -cf - karbonetes | gzip -n -9) >"$out/karbonetes-$version.tgz"

sha() { sha256sum "$1" | cut -d' ' -f1; }
VERSION=$version SHA256_LINUX_AMD64=$(sha "$out/kubectl-karbonetes_${version}_linux_amd64.tar.gz") \
  SHA256_LINUX_ARM64=$(sha "$out/kubectl-karbonetes_${version}_linux_arm64.tar.gz") \
  awk '{while (match($0, /\$\{[A-Z0-9_]+\}/)) $0 = substr($0, 1, RSTART - 1) ENVIRON[substr($0, RSTART + 2, RLENGTH - 3)] substr($0, RSTART + RLENGTH); print}' \
  packaging/krew/karbonetes.yaml.tmpl >"$out/karbonetes.krew.yaml"
(cd "$out" && sha256sum -- * >checksums.txt)
ls -l "$out" | awk 'NR > 1 {print $5, $9}'
