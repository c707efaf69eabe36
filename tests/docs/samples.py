#!/usr/bin/env python3
"""The samples in the documentation are true: policies pass the CRD's schema, sources are taken by the real program, every `kubectl karbonetes`
line parses, every flag, metric, annotation and value that is named exists. Arguments: the repository, the folder of the programs."""
import json
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import textwrap

import jsonschema
import yaml

root, programs = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
sys.path.insert(0, str(root / "scripts/docs"))
import reference  # noqa: E402

problems, counted = [], {}
pages = [root / "README.md", *sorted((root / "docs").rglob("*.md"))]
pages = [page for page in pages if "reference" not in page.parts and "adr" not in page.parts]


def note(kind):
    counted[kind] = counted.get(kind, 0) + 1


def expect(condition, page, problem):
    if not condition:
        problems.append(f"{page.relative_to(root)}: {problem}")


schema = yaml.safe_load((root / "config/crd/bases/carbon-aware.io_carbonawarepolicies.yaml").read_text())["spec"]["versions"][0]["schema"]["openAPIV3Schema"]


def strict(node):
    """Kubernetes prunes what it does not know; a sample must not hold it."""
    if isinstance(node, dict):
        node = {key: strict(value) for key, value in node.items()}
        if "properties" in node and not node.get("x-kubernetes-preserve-unknown-fields"):
            node.setdefault("additionalProperties", False)
    return node


policy_fields = set(schema["properties"]["spec"]["properties"])
policy = jsonschema.Draft7Validator(strict(schema["properties"]["spec"]))
values = yaml.safe_load((root / "charts/karbonetes/values.yaml").read_text())
values_schema = jsonschema.Draft7Validator(json.loads((root / "charts/karbonetes/values.schema.json").read_text()))
value_keys = set(values)
names = (root / "api/v1alpha1/names.hpp").read_text() + (root / "src/controller/config_maps.hpp").read_text()
metrics = set(reference.found_metrics())
help_text = {name: reference.help_of(programs / name) for name in ("karbonetes-controller", "karbonetes-signal", "kubectl-karbonetes")}
commands = re.findall(r"^  ([a-z-]+) ", help_text["kubectl-karbonetes"].split("Subcommands:")[1], re.M)
command_help = {command: reference.help_of(programs / "kubectl-karbonetes", command) for command in commands}
# Of kubectl, helm, git and others, whose flags are theirs.
OUR_LINE = re.compile(r"^\s*(?:\$ )?(kubectl karbonetes|karbonetes-controller|karbonetes-signal)\b(.*)$")


def sources(page, text):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(text)
        file.flush()
        done = subprocess.run([programs / "kubectl-karbonetes", "signal", "--probe", "--signal-config", file.name, "no-such-source"],
                              capture_output=True, text=True, check=False)
    refused = done.stderr
    # A file that a sample names is not here; that it was asked for says that the rest was read.
    expect("no carbon source is named no-such-source" in refused or "/etc/karbonetes" in refused, page, f"sources are refused: {refused}")


def check_yaml(page, text):
    try:
        documents = [d for d in yaml.safe_load_all(text) if d]
    except yaml.YAMLError as error:
        return expect(False, page, f"a yaml block cannot be read: {error}")
    for document in documents:
        if not isinstance(document, dict):
            continue
        # Whole, or the part of the spec that is spoken of.
        part = document.get("spec", {}) if document.get("kind") == "CarbonAwarePolicy" or set(document) == {"spec"} else document
        if document.get("kind") == "CarbonAwarePolicy" or (isinstance(part, dict) and part and set(part) <= policy_fields and set(document) != {"signal"}):
            note("policies")
            for error in policy.iter_errors(part):
                expect(False, page, f"policy {list(part)}: {error.message}")
        elif set(document) == {"sources"}:
            note("source lists")
            sources(page, text)
        elif "kind" not in document and set(document) <= value_keys and not set(document) & {"metadata", "spec"}:
            note("chart values")
            for error in values_schema.iter_errors(document):
                expect(False, page, f"values: {error.message}")


def check_line(page, line):
    match = OUR_LINE.match(line)
    if not match:
        return
    note("command lines")
    program, rest = match.groups()
    rest = re.split(r"\s#|\s*[|>&]", rest)[0]
    try:
        words = shlex.split(rest)
    except ValueError as error:
        return expect(False, page, f"{line}: {error}")
    text = help_text["kubectl-karbonetes" if program.startswith("kubectl") else program]
    if program.startswith("kubectl") and words:
        command = next((word for word in words if not word.startswith("-")), None)
        expect(command in command_help or "--version" in words or "--help" in words, page, f"{line}: there is no command {command}")
        text += command_help.get(command, "")
    for word in words:
        if word.startswith("--"):
            flag = word.split("=")[0]
            expect(re.search(re.escape(flag) + r"\b", text), page, f"{line}: there is no flag {flag}")


for page in pages:
    content = page.read_text()
    for language, block in re.findall(r"^ *```(\w+)\n(.*?)^ *```", content, re.S | re.M):
        block = textwrap.dedent(block)
        if language == "yaml":
            check_yaml(page, block)
        if language in ("sh", "console", "bash", "text"):
            for line in block.replace("\\\n", " ").splitlines():
                check_line(page, line)
    prose = re.sub(r"^ *```.*?^ *```", "", content, flags=re.S | re.M)
    for code in re.findall(r"`([^`\n]+)`", prose):
        check_line(page, code)
        for metric in re.findall(r"\bkarbonetes_[a-z_]+", code):
            note("metrics")
            expect(any(metric == m or metric in (m + "_bucket", m + "_count", m + "_sum") for m in metrics), page, f"there is no metric {metric}")
        for name in re.findall(r"carbon-aware\.io/([a-z-]+)\b", code):
            if name in ("v1alpha1", "controller"):
                continue
            note("annotations")
            expect(f"carbon-aware.io/{name}" in names, page, f"there is no carbon-aware.io/{name}")

for kind in ("policies", "source lists", "command lines", "metrics", "chart values"):
    if counted.get(kind, 0) == 0:
        problems.append(f"no {kind} were found: this test looks in the wrong place")
for problem in problems:
    print("error:", problem)
print(", ".join(f"{count} {kind}" for kind, count in sorted(counted.items())), ": all true" if not problems else ": see above", sep="")
sys.exit(1 if problems else 0)
