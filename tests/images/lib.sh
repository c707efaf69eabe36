# Shared by the image tests; sourced.
. "$root/scripts/lib.sh"
check() { # WHAT COMMAND...
  local what=$1
  shift
  if "$@"; then echo "ok: $what"; else die "$what"; fi
}
# The layers of an OCI layout for one architecture, unpacked into a folder.
unpack() { # LAYOUT ARCH DIR
  local layout=$1 arch=$2 dir=$3 manifest
  blob() { echo "$layout/blobs/${1/://}"; }
  manifest=$(jq -r --arg a "$arch" '.manifests[] | select(.platform.os == "linux" and .platform.architecture == $a) | .digest' "$layout/index.json")
  [ -n "$manifest" ] || die "the index has no linux/$arch"
  config=$(blob "$(jq -r .config.digest "$(blob "$manifest")")")
  layers=()
  for layer in $(jq -r '.layers[].digest' "$(blob "$manifest")"); do layers+=("$(blob "$layer")"); done
  mkdir -p "$dir"
  for layer in "${layers[@]}"; do tar -xzf "$layer" -C "$dir"; done
}
