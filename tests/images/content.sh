#!/usr/bin/env bash
# Both images, unpacked from the OCI layout: what is in them, and that their programs run there as the image's user, on a root file system
# that cannot be written, without anything of this machine. As root, for chroot; the arm64 one under qemu.
set -euo pipefail
root=$1
. "$root/tests/images/lib.sh"
images=${IMAGES_DIR:-$root/build/images}
[ "$(id -u)" = 0 ] || die "this test enters the images with chroot: run it as root (sudo make test-release)"
[ -f "$images/karbonetes.oci/index.json" ] || die "no images in $images: make images"
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
version=$(cat "$root/VERSION")

# In namespaces of its own: what is mounted and started ends with the command.
inside() { # ARCH COMMAND...   its environment is the image's
  local dir="$made/$1" emulator=()
  shift
  [ "$(basename "$dir")" = amd64 ] || emulator=(/qemu)
  unshare --mount --net --pid --fork --kill-child --propagation private /bin/sh -euc '
    dir=$1; shift
    mount --bind "$dir" "$dir"
    mount --bind /dev "$dir/dev"
    mount -o remount,ro,bind "$dir"
    ip link set lo up 2>/dev/null || true
    exec chroot --userspec=65532:65532 "$dir" "$@"' sh "$dir" "${emulator[@]}" "$@"
}

for arch in amd64 arm64; do
  dir="$made/$arch"
  unpack "$images/karbonetes.oci" "$arch" "$dir"
  rootfs_files() { (cd "$dir" && find . -type f | sort); }

  size=$(stat -c %s "${layers[@]}" | awk '{s += $1} END {print s}')
  check "$arch: $((size / 1024 / 1024)) MiB compressed, below 25" [ "$size" -lt $((25 * 1024 * 1024)) ]
  check "$arch: runs as nonroot" [ "$(jq -r .config.User "$config")" = 65532:65532 ]
  check "$arch: the controller is the entry point" [ "$(jq -rc .config.Entrypoint "$config")" = '["/usr/local/bin/karbonetes-controller"]' ]
  check "$arch: says its architecture" [ "$(jq -r .architecture "$config")" = "$arch" ]
  check "$arch: says its version" [ "$(jq -r '.config.Labels["org.opencontainers.image.version"]' "$config")" = "$version" ]
  check "$arch: no shell, no package manager" [ -z "$(find "$dir" -name sh -o -name bash -o -name busybox -o -name 'apt*' -o -name dpkg -type f)" ]
  check "$arch: nothing runs as somebody else" [ -z "$(find "$dir" -perm /6000)" ]
  check "$arch: nothing can be written by others" [ -z "$(find "$dir" ! -type l -perm /022)" ]
  check "$arch: all is root's" [ -z "$(find "$dir" ! -uid 0 -o ! -gid 0)" ]
  check "$arch: CA certificates" grep -q 'BEGIN CERTIFICATE' "$dir/etc/ssl/certs/ca-certificates.crt"
  check "$arch: time zones" [ -f "$dir/usr/share/zoneinfo/Europe/Berlin" ]
  for package in "$dir"/var/lib/dpkg/status.d/*; do
    [ -f "$dir/usr/share/doc/$(basename "$package")/copyright" ] || die "$arch: no licence of $(basename "$package")"
  done

  sbom="$images/karbonetes-$arch.spdx.json"
  check "$arch: the bill of materials lists every file, with its checksum" diff <(rootfs_files | sort) <(jq -r '.files[].fileName' "$sbom" | sort)
  jq -r '.files[] | (.checksums[] | select(.algorithm == "SHA256") | .checksumValue) + "  " + .fileName' "$sbom" >"$made/sums"
  (cd "$dir" && sha256sum --quiet --check "$made/sums") || die "$arch: a checksum of the bill of materials is wrong"
  check "$arch: every file belongs to a package" [ "$(jq '[.relationships[] | select(.relationshipType == "CONTAINS")] | length' "$sbom")" = "$(jq '.files | length' "$sbom")" ]
  check "$arch: SPDX 2.3 by its own library" "$("$root/scripts/python-venv.sh" "$root/tests/images/requirements.txt")/bin/pyspdxtools" --infile "$sbom"

  mkdir -p "$dir/dev"
  if [ "$arch" = arm64 ]; then
    install -m 755 /usr/bin/qemu-aarch64-static "$dir/qemu"
  fi
  for program in karbonetes-controller karbonetes-signal kubectl-karbonetes; do
    check "$arch: $program says $version" grep -qF "$version" <<<"$(inside "$arch" "/usr/local/bin/$program" --version)"
  done
  out=$(inside "$arch" /usr/local/bin/karbonetes-controller 2>&1) && die "$arch: the controller runs without a cluster"
  check "$arch: without a cluster the controller says so: $out" grep -q kubeconfig <<<"$out"

  # The service, asked by the plugin of the same image; both in one network namespace without a way out.
  log="$made/log-$arch"
  answer=$(SIGNAL_IMAGE="$dir" EMULATOR=$([ "$arch" = amd64 ] || echo /qemu) unshare --mount --net --pid --fork --kill-child --propagation private /bin/bash -euc '
    mount --bind "$SIGNAL_IMAGE" "$SIGNAL_IMAGE"; mount --bind /dev "$SIGNAL_IMAGE/dev"; mount -o remount,ro,bind "$SIGNAL_IMAGE"
    python3 - <<"PY"
import fcntl, socket, struct
s = socket.socket()  # lo up, without iproute2
r = struct.pack("16sh", b"lo", 0)
flags = struct.unpack("16sh", fcntl.ioctl(s, 0x8913, r))[1]
fcntl.ioctl(s, 0x8914, struct.pack("16sh", b"lo", flags | 1))
PY
    chroot --userspec=65532:65532 "$SIGNAL_IMAGE" $EMULATOR /usr/local/bin/karbonetes-signal --listen 127.0.0.1:8090 >'"$log"' 2>&1 &
    for _ in $(seq 400); do curl -sf http://127.0.0.1:8090/v1/signal && break; read -rt 0.05 <> <(:) || true; done') || true
  check "$arch: karbonetes-signal answers" grep -q '"green"' <<<"$answer"
  rm -f "$dir/qemu"
done
