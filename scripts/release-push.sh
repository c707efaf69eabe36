#!/usr/bin/env bash
# Pushes images and chart to a registry, and reads the image back: what is there must be what was built.
# Usage: release-push.sh VERSION REGISTRY      e.g. 1.2.3 ghcr.io/karbonetes     Prints the image's name with its digest.
# Environment: INSECURE=1 for a registry without TLS on loopback.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/lib.sh"
cd "$root"
version=${1:?a version} registry=${2:?a registry, e.g. ghcr.io/karbonetes}
images=${IMAGES_DIR:-$root/build/images}
archives=${RELEASE_DIR:-$root/build/release-$version}
crane=$(scripts/go-tool.sh crane)
helm=$(scripts/go-tool.sh helm)
options=() helm_options=()
[ -z "${INSECURE:-}" ] || { options=(--insecure) helm_options=(--plain-http); }

"$crane" push "${options[@]}" --index "$images/karbonetes.oci" "$registry/karbonetes:$version" >&2
digest=$("$crane" digest "${options[@]}" "$registry/karbonetes:$version")
[ "$digest" = "$(cat "$images/digest")" ] || die "the registry has $digest, built was $(cat "$images/digest")"
"$helm" push "${helm_options[@]}" "$archives/karbonetes-$version.tgz" "oci://$registry/charts" >&2
echo "$registry/karbonetes@$digest"
