#!/usr/bin/env bash
# Builds the control plane (etcd, Kubernetes, KWOK, Karpenter) from its pinned Go modules into the cache.
#
# Each program lives in a Go module of its own (controlplane/modules/*), so that their dependency graphs never meet.
# A program that is already in the cache under this very module version is not built again; so is one that
# KUBEBUILDER_ASSETS offers. Prints the directory that holds the binaries as the last line of standard output;
# progress goes to standard error.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/lib.sh"

modules="$root/controlplane/modules"
kubernetes_version=$(module_version "$modules/kubernetes/go.mod" k8s.io/kubernetes)
bin=$(control_plane_bin_dir)
mkdir -p "$bin"

# program | module folder | package
programs=(
  "etcd|etcd|go.etcd.io/etcd/server/v3"
  "kube-apiserver|kubernetes|k8s.io/kubernetes/cmd/kube-apiserver"
  "kube-controller-manager|kubernetes|k8s.io/kubernetes/cmd/kube-controller-manager"
  "kube-scheduler|kubernetes|k8s.io/kubernetes/cmd/kube-scheduler"
  "kubectl|kubernetes|k8s.io/kubernetes/cmd/kubectl"
  "kwok|kwok|sigs.k8s.io/kwok/cmd/kwok"
  "karpenter|karpenter|sigs.k8s.io/karpenter/kwok"
)

ldflags() {
  [ "$1" = kubernetes ] || { echo "-s -w"; return; }
  local v=k8s.io/component-base/version minor=${kubernetes_version#v1.}
  echo "-s -w -X $v.gitVersion=$kubernetes_version -X $v.gitMajor=1 -X $v.gitMinor=${minor%%.*} -X $v.gitTreeState=clean"
}

missing=()
for row in "${programs[@]}"; do
  program=${row%%|*}
  [ -x "$bin/$program" ] && continue
  if [ -n "${KUBEBUILDER_ASSETS:-}" ] && [ -x "$KUBEBUILDER_ASSETS/$program" ]; then
    ln -sf "$KUBEBUILDER_ASSETS/$program" "$bin/$program"
    say "control plane: using $program from KUBEBUILDER_ASSETS"
    continue
  fi
  missing+=("$row")
done

if [ ${#missing[@]} -gt 0 ]; then
  go=$("$root/scripts/ensure-go.sh")
  say "control plane: building ${#missing[@]} programs into $bin (about 13 minutes on 2 cores, once)"
  for i in "${!missing[@]}"; do
    IFS='|' read -r program module package <<<"${missing[$i]}"
    say "control plane: [$((i + 1))/${#missing[@]}] $program ..."
    started=$SECONDS
    # Built aside and renamed: an interrupted build never leaves half a binary under the final name.
    (cd "$modules/$module" &&
      GOTOOLCHAIN=local GOFLAGS=-buildvcs=false CGO_ENABLED=0 \
        "$go" build -trimpath -ldflags "$(ldflags "$module")" -o "$bin/.$program.$$" "$package") >&2
    mv "$bin/.$program.$$" "$bin/$program"
    say "control plane: [$((i + 1))/${#missing[@]}] $program built in $((SECONDS - started)) s"
  done
fi

# Karpenter's CRDs go with the binaries, so that nothing is read from Go's module cache when the control plane starts.
crds=$bin/../share/karpenter-crds
if [ ! -d "$crds" ]; then
  go=$("$root/scripts/ensure-go.sh")
  karpenter=$(cd "$modules/karpenter" && GOTOOLCHAIN=local "$go" list -mod=readonly -m -f '{{.Dir}}' sigs.k8s.io/karpenter)
  [ -n "$karpenter" ] || {
    (cd "$modules/karpenter" && GOTOOLCHAIN=local "$go" mod download sigs.k8s.io/karpenter) >&2
    karpenter=$(cd "$modules/karpenter" && GOTOOLCHAIN=local "$go" list -mod=readonly -m -f '{{.Dir}}' sigs.k8s.io/karpenter)
  }
  rm -rf "$crds.$$"
  mkdir -p "$crds.$$"
  cp "$karpenter"/pkg/apis/crds/*.yaml "$karpenter"/kwok/apis/crds/*.yaml "$crds.$$/"
  chmod -R u+w "$crds.$$"
  mv "$crds.$$" "$crds"
  say "control plane: Karpenter's CRDs are in $(cd "$crds" && pwd)"
fi
echo "$bin"
