#!/usr/bin/env python3
"""What promtool does not see of monitoring/: that every alert is tested and has a runbook, that the dashboards are those that
their source makes, that what kustomize renders hangs together. Arguments: the repository, the kubectl program."""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

root, kubectl = pathlib.Path(sys.argv[1]), sys.argv[2]
problems = []


def expect(condition, problem):
    if not condition:
        problems.append(problem)


def anchor(heading):
    return re.sub(r"[^a-z0-9 -]", "", heading.lower()).strip().replace(" ", "-")


rules = yaml.safe_load((root / "monitoring/rules/karbonetes.rules.yaml").read_text())
tests = (root / "tests/monitoring/rules_test.yaml").read_text()
runbooks = (root / "docs/runbooks.md").read_text()
anchors = {anchor(line.lstrip("#")) for line in runbooks.splitlines() if line.startswith("#")}
alerts = [rule for group in rules["groups"] for rule in group["rules"] if "alert" in rule]
expect(len(alerts) >= 6, "there are hardly any alerts")
for rule in alerts:
    name = rule["alert"]
    expect(f'alertname="{name}"' in tests, f"{name}: no test in tests/monitoring/rules_test.yaml says that it fires")
    expect(rule["labels"]["severity"] in ("critical", "warning"), f"{name}: severity must be critical or warning")
    for key in ("summary", "description", "runbook_url"):
        expect(rule["annotations"].get(key), f"{name}: annotation {key} is missing")
    url, _, fragment = rule["annotations"]["runbook_url"].partition("#")
    expect(url.endswith("/docs/runbooks.md"), f"{name}: the runbook is not docs/runbooks.md")
    expect(fragment in anchors, f"{name}: docs/runbooks.md has no section {fragment}")
for group in rules["groups"]:
    for rule in group["rules"]:
        if "record" in rule:
            expect(f"{rule['record']}" in tests, f"{rule['record']}: not tested")

with tempfile.TemporaryDirectory() as made:
    subprocess.run([sys.executable, root / "monitoring/grafana/dashboards.py", made], check=True)
    folder = root / "monitoring/grafana/dashboards"
    for file in sorted(pathlib.Path(made).iterdir()):
        expect((folder / file.name).is_file() and (folder / file.name).read_text() == file.read_text(),
               f"{file.name} is not what dashboards.py makes: run make dashboards")
    expect({f.name for f in folder.iterdir()} == {f.name for f in pathlib.Path(made).iterdir()}, "a dashboard without source")
seen = set()
for file in sorted(folder.iterdir()):
    board = json.loads(file.read_text())
    expect(board["uid"] not in seen, f"{file.name}: its uid is taken")
    seen.add(board["uid"])
    for panel in board["panels"]:
        expect(panel["targets"] and panel["title"] and panel["fieldConfig"]["defaults"]["unit"],
               f"{file.name}: {panel['title']}: a panel needs a title, a unit and a query")

rendered = subprocess.run([kubectl, "kustomize", root / "monitoring"], check=True, capture_output=True, text=True).stdout
objects = [o for o in yaml.safe_load_all(rendered) if o]
names = {(o["kind"], o["metadata"].get("namespace"), o["metadata"]["name"]) for o in objects}
for o in objects:
    if o["kind"] != "Deployment":
        continue
    name, pod = o["metadata"]["name"], o["spec"]["template"]["spec"]
    labels = o["spec"]["template"]["metadata"]["labels"]
    for key, value in o["spec"]["selector"]["matchLabels"].items():
        expect(labels.get(key) == value, f"{name}: the selector does not match its pods")
    service = next((s for s in objects if s["kind"] == "Service" and s["metadata"]["name"] == name), None)
    expect(service and all(labels.get(k) == v for k, v in service["spec"]["selector"].items()), f"{name}: no Service leads to it")
    expect(pod["securityContext"]["runAsNonRoot"] is True, f"{name}: runs as root")
    for container in pod["containers"]:
        own = container["securityContext"]
        expect(own["readOnlyRootFilesystem"] and own["capabilities"]["drop"] == ["ALL"] and not own["allowPrivilegeEscalation"],
               f"{name}: not restricted")
        expect(re.search(r":v?\d+\.\d+\.\d+$", container["image"]), f"{name}: the image has no full version")
        mounted = {m["name"] for m in container["volumeMounts"]}
        expect(mounted == {v["name"] for v in pod["volumes"]}, f"{name}: volumes and mounts differ")
    for volume in pod["volumes"]:
        if "configMap" in volume:
            expect(("ConfigMap", "monitoring", volume["configMap"]["name"]) in names, f"{name}: no ConfigMap {volume['configMap']['name']}")
config = next(o for o in objects if o["kind"] == "ConfigMap" and o["metadata"]["name"].startswith("prometheus-config"))
expect(set(config["data"]) == {"config.yaml", "karbonetes.rules.yaml"}, "Prometheus' ConfigMap lacks its files")

for problem in problems:
    print("error:", problem)
print(f"{len(alerts)} alerts, {len(seen)} dashboards, {len(objects)} objects: {'as they should be' if not problems else 'see above'}")
sys.exit(1 if problems else 0)
