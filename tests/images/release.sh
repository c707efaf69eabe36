#!/usr/bin/env bash
# A release without the world: archives are made twice and are the same, the plugin runs from its archive, the krew manifest is whole, images and
# chart are pushed to a registry on loopback and read back.
set -euo pipefail
root=$1
. "$root/tests/images/lib.sh"
cd "$root"
version=$(cat VERSION)
made=$(mktemp -d)
registry=
trap 'rm -rf "$made"; [ -z "$registry" ] || kill "$registry" 2>/dev/null || true' EXIT

RELEASE_DIR="$made/one" scripts/release-archives.sh "$version"
RELEASE_DIR="$made/two" scripts/release-archives.sh "$version" >/dev/null
check "archives are the same twice" diff -r "$made/one" "$made/two"
check "checksums hold" sh -c "cd '$made/one' && sha256sum --quiet --check checksums.txt"
check "a wrong version is refused" sh -c "! scripts/release-archives.sh one.two 2>/dev/null"

for arch in amd64 arm64; do
  mkdir "$made/$arch"
  tar -xzf "$made/one/kubectl-karbonetes_${version}_linux_$arch.tar.gz" -C "$made/$arch"
done
check "the plugin runs from its archive" grep -qF "$version" <<<"$(env -i "$made/amd64/kubectl-karbonetes" --version)"
others=$(env -i /usr/bin/ldd "$made/amd64/kubectl-karbonetes" | awk '/=>/ {print $3}' | grep -v "^$made/amd64/lib/" | xargs -n 1 basename | sort | tr '\n' ' ')
check "of this machine it uses glibc alone: $others" [ -z "$(tr ' ' '\n' <<<"$others" | grep -vE '^(libc\.so\.6|libm\.so\.6|)$')" ]
check "completion for kubectl is in it" [ -x "$made/amd64/kubectl_complete-karbonetes" ]

manifest="$made/one/karbonetes.krew.yaml"
check "the krew manifest is filled" sh -c "! grep -q '\${' '$manifest'"
/usr/bin/python3 - "$manifest" "$made/one" "$version" <<'PY'
import hashlib, os, re, sys, tarfile, yaml
manifest, folder, version = yaml.safe_load(open(sys.argv[1])), sys.argv[2], sys.argv[3]
assert manifest["apiVersion"] == "krew.googlecontainertools.github.com/v1alpha2" and manifest["kind"] == "Plugin"
spec = manifest["spec"]
assert spec["version"] == "v" + version and len(spec["shortDescription"]) <= 50, spec["shortDescription"]
assert {p["selector"]["matchLabels"]["arch"] for p in spec["platforms"]} == {"amd64", "arm64"}
for platform in spec["platforms"]:
    archive = os.path.join(folder, platform["uri"].rsplit("/", 1)[1])
    assert hashlib.sha256(open(archive, "rb").read()).hexdigest() == platform["sha256"], archive
    inside = {name.removeprefix("./") for name in tarfile.open(archive).getnames()}
    assert platform["bin"] in inside
    for file in platform["files"]:
        assert file["from"] in inside, file
print("ok: the krew manifest has what krew asks for")
PY

crane=$(scripts/go-tool.sh crane) helm=$(scripts/go-tool.sh helm)
"$crane" registry serve --address 127.0.0.1:0 >"$made/registry.log" 2>&1 &
registry=$!
for _ in $(seq 200); do
  port=$(sed -n 's/.*serving on port \([0-9]*\).*/\1/p' "$made/registry.log" | head -n 1)
  [ -n "$port" ] && break
  read -rt 0.05 <> <(:) || true
done
image=$(INSECURE=1 RELEASE_DIR="$made/one" HELM_CACHE_HOME="$made/h" HELM_CONFIG_HOME="$made/h" HELM_DATA_HOME="$made/h" \
  scripts/release-push.sh "$version" "127.0.0.1:$port/karbonetes")
check "the image is there under its digest: $image" "$crane" validate --insecure --remote "$image"
check "for both platforms" [ "$("$crane" manifest --insecure "$image" | jq -c '[.manifests[].platform.architecture] | sort')" = '["amd64","arm64"]' ]
(cd "$made" && HELM_CACHE_HOME="$made/h" HELM_CONFIG_HOME="$made/h" HELM_DATA_HOME="$made/h" \
  "$helm" pull --plain-http "oci://127.0.0.1:$port/karbonetes/charts/karbonetes" --version "$version" >/dev/null 2>&1)
check "the chart that is pulled is the one that was pushed" cmp "$made/karbonetes-$version.tgz" "$made/one/karbonetes-$version.tgz"
check "and renders with its version" grep -q "image: ghcr.io/karbonetes/karbonetes:$version" <<<"$("$helm" template x "$made/karbonetes-$version.tgz")"
