#!/usr/bin/env python3
"""The chart without a cluster: each set of values lints and renders; pods are restricted; selectors and references hold together;
arguments and sources are what the real programs take; wrong values are refused with a message that helps; copies are current."""
import json
import pathlib
import subprocess
import sys
import tempfile

import yaml

root, helm, controller, plugin = pathlib.Path(sys.argv[1]), *sys.argv[2:]
chart = root / "charts/karbonetes"
problems = []


def expect(condition, problem):
    if not condition:
        problems.append(problem)


def run(*args, **more):
    return subprocess.run([str(a) for a in args], capture_output=True, text=True, **more)


def render(*args, release="karbonetes", namespace="karbonetes-system"):
    done = run(helm, "template", release, chart, "--namespace", namespace, *args)
    return done, [o for o in yaml.safe_load_all(done.stdout) if o] if done.returncode == 0 else []


CLUSTER_SCOPED = {"ClusterRole", "ClusterRoleBinding", "MutatingWebhookConfiguration", "CustomResourceDefinition", "PriorityClass"}


def check_object(o, where, namespace):
    name = f'{where}: {o["kind"]}/{o["metadata"]["name"]}'
    expect(len(o["metadata"]["name"]) <= 63 or o["kind"] == "CustomResourceDefinition", f"{name}: the name is longer than 63")
    labels = o["metadata"].get("labels", {})
    for label in ("app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/part-of", "helm.sh/chart"):
        expect(label in labels and len(str(labels[label])) <= 63, f"{name}: label {label}")
    own = o["metadata"].get("namespace")
    expect(own is None if o["kind"] in CLUSTER_SCOPED else own == namespace, f"{name}: namespace {own}")


def check_pod(pod, labels, where, objects):
    security = pod["securityContext"]
    expect(security["runAsNonRoot"] and security["runAsUser"] != 0 and security["seccompProfile"]["type"] == "RuntimeDefault", f"{where}: pod security")
    volumes = {v["name"]: v for v in pod.get("volumes") or []}
    mounted = set()
    for container in pod["containers"]:
        own = container["securityContext"]
        expect(own == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}, f"{where}: container security")
        expect("memory" in container["resources"]["limits"], f"{where}: no memory limit")
        mounted |= {m["name"] for m in container.get("volumeMounts") or []}
        if "karbonetes-signal" not in json.dumps(container.get("command", "")):
            args = [a.replace("$(POD_NAME)", "pod") for a in container["args"]]
            done = run(controller, *args, "--help")
            expect(done.returncode == 0, f"{where}: the controller does not take its arguments: {done.stdout}{done.stderr}")
    expect(mounted == set(volumes), f"{where}: volumes {set(volumes)} and mounts {mounted} differ")
    made = {(o["kind"], o["metadata"]["name"]) for o in objects}
    for volume in volumes.values():
        if "configMap" in volume and volume["configMap"]["name"].endswith("-sources"):
            expect(("ConfigMap", volume["configMap"]["name"]) in made, f"{where}: no ConfigMap {volume['configMap']['name']}")


def check_set(file):
    lint = run(helm, "lint", "--strict", "--quiet", chart, "-f", file)
    expect(lint.returncode == 0, f"{file.name}: helm lint: {lint.stdout}{lint.stderr}")
    for release, namespace in (("karbonetes", "karbonetes-system"), ("a-release-name-that-is-as-long-as-helm-lets-it-be-53", "elsewhere")):
        done, objects = render("-f", file, release=release, namespace=namespace)
        where = f"{file.stem} as {release[:12]}"
        expect(done.returncode == 0, f"{where}: {done.stderr}")
        for o in objects:
            check_object(o, where, namespace)
            if o["kind"] in ("Deployment", "Job"):
                template = o["spec"]["template"]
                check_pod(template["spec"], template["metadata"]["labels"], f'{where}: {o["metadata"]["name"]}', objects)
            if o["kind"] == "Deployment":
                labels = o["spec"]["template"]["metadata"]["labels"]
                expect(o["spec"]["selector"]["matchLabels"].items() <= labels.items(), f"{where}: a selector does not match")
            if o["kind"] in ("Service", "PodDisruptionBudget"):
                wanted = o["spec"]["selector"].get("matchLabels", o["spec"]["selector"])
                pods = [d["spec"]["template"]["metadata"]["labels"] for d in objects if d["kind"] == "Deployment"]
                expect(sum(wanted.items() <= p.items() for p in pods) == 1, f"{where}: {o['metadata']['name']} must choose one Deployment")
            if o["kind"] == "ConfigMap" and o["metadata"]["name"].endswith("-sources"):
                with tempfile.NamedTemporaryFile("w", suffix=".yaml") as sources:
                    sources.write(o["data"]["signals.yaml"])
                    sources.flush()
                    # A source that is not there is asked for: the file is read, and found good, before.
                    done = run(plugin, "signal", "--probe", "--signal-config", sources.name, "no-such-source")
                    expect("no carbon source is named no-such-source" in done.stderr, f"{where}: the sources are refused: {done.stderr}")
    return objects


def rules(objects, kind, name):
    return next((o["rules"] for o in objects if o["kind"] == kind and o["metadata"]["name"] == name), None)


sets = sorted((chart / "ci").glob("*.yaml"))
expect(len(sets) >= 6, "there are hardly any sets of values")
for file in sets:
    check_set(file)

# Rights by mode.
for mode, file in (("selfManaged", "defaults"), ("certManager", "cert-manager"), ("userSupplied", "user-supplied")):
    _, objects = render("-f", chart / f"ci/{file}-values.yaml")
    text = json.dumps([rules(objects, "ClusterRole", "karbonetes"), rules(objects, "Role", "karbonetes")])
    for right in ("secrets", "mutatingwebhookconfigurations"):
        expect((right in text) == (mode == "selfManaged"), f"{mode}: right on {right}")
    expect("*" not in text, f"{mode}: a wildcard")
    kinds = {o["kind"] for o in objects}
    expect(("Certificate" in kinds) == (mode == "certManager"), f"{mode}: Certificate")
    webhook = next(o for o in objects if o["kind"] == "MutatingWebhookConfiguration")
    expect(("caBundle" in webhook["webhooks"][0]["clientConfig"]) == (mode == "userSupplied"), f"{mode}: caBundle")
    expect(("cert-manager.io/inject-ca-from" in webhook["metadata"].get("annotations", {})) == (mode == "certManager"), f"{mode}: cainjector")
_, objects = render("-f", chart / "ci/minimal-values.yaml")
expect(not {o["kind"] for o in objects} & {"ClusterRole", "ServiceAccount", "Job", "CustomResourceDefinition", "PodDisruptionBudget", "PriorityClass"},
       "minimal: something that is off is there")

# The webhook is the one of config/webhook.
ours = yaml.safe_load((root / "config/webhook/mutatingwebhookconfiguration.yaml").read_text())["webhooks"][0]
_, objects = render()
theirs = next(o for o in objects if o["kind"] == "MutatingWebhookConfiguration")["webhooks"][0]
for key in ("name", "rules", "matchConditions", "failurePolicy", "reinvocationPolicy", "sideEffects", "timeoutSeconds", "admissionReviewVersions"):
    expect(ours[key] == theirs[key], f"the webhook's {key} is not that of config/webhook")

# Values that are wrong, and what is said.
for args, word in ((["--set", "replicaCount=0"], "replicaCount"), (["--set", "controler.logLevel=info"], "controler"),
                   (["--set", "controller.logLevel=loud"], "logLevel"), (["--set", "certificates.mode=none"], "certificates"),
                   (["--set", "certificates.mode=userSupplied"], "certificates.userSupplied"),
                   (["--set", "certificates.selfManaged.validity=ninety days"], "validity"), (["--set", "webhook.url=http://x"], "url"),
                   (["--set", "serviceAccount.create=false"], "serviceAccount.name: name the ServiceAccount"),
                   (["--set", "controller.energy.pue=0.5"], "pue"), (["--set", "image.digest=latest"], "digest"),
                   (["--set-json", 'signal.sources=[{"name":"x"}]'], "sources"), (["--set-json", 'proxy={"no":"x"}'], "proxy")):
    done, _ = render(*args)
    expect(done.returncode != 0 and word in done.stderr, f"{args}: must be refused with a word about {word}: {done.stderr}")

# What the chart carries of others.
for file, source in (("carbon-aware.io_carbonawarepolicies.yaml", "config/crd/bases"), ("karbonetes.rules.yaml", "monitoring/rules")):
    expect((chart / "files" / file).read_text() == (root / source / file).read_text(), f"files/{file} is not that of {source}: run make chart-sync")
expect(run("/usr/bin/python3", root / "scripts/chart-docs.py", "--check").returncode == 0, "README.md is not current: run make chart-docs")
notes = run(helm, "install", "karbonetes", chart, "--dry-run=client", "--namespace", "x").stdout
expect("carbon-aware.io/enabled" in notes and "no carbon source is named" in notes, f"NOTES.txt: {notes[-500:]}")

for problem in problems:
    print("error:", problem)
print(f"{len(sets)} sets of values: {'as they should be' if not problems else 'see above'}")
sys.exit(1 if problems else 0)
