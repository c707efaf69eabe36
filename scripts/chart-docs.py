#!/usr/bin/env python3
"""Writes charts/karbonetes/README.md: the table of values, from the comments that begin with `# --` in values.yaml."""
import pathlib
import re
import sys

import yaml

root = pathlib.Path(__file__).resolve().parent.parent
chart = root / "charts/karbonetes"


def rows():
    """(path, default, description) of each leaf, and of each whole value that has a description."""
    path, description, indents = [], "", []
    values = yaml.safe_load((chart / "values.yaml").read_text())
    for line in (chart / "values.yaml").read_text().splitlines():
        comment = re.match(r"\s*# -- (.*)", line)
        if comment:
            description = comment.group(1)
            continue
        key = re.match(r"(\s*)([A-Za-z]\w*):(.*)", line)
        if not key:
            description = description if line.strip().startswith("#") and description else ""
            continue
        while indents and indents[-1] >= len(key.group(1)):
            indents.pop()
            path.pop()
        indents.append(len(key.group(1)))
        path.append(key.group(2))
        value = values
        for part in path:
            value = value[part]
        leaf = not isinstance(value, dict) or not value or key.group(3).strip()
        if leaf or description:
            yield ".".join(path), value if leaf else None, description
        description = ""


def default(value):
    if value is None:
        return ""
    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10**6).strip().removesuffix("\n...").strip()
    return f"`{text}`"


def main():
    meta = yaml.safe_load((chart / "Chart.yaml").read_text())
    out = ["# Karbonetes Helm chart", "", meta["description"] + f'. Kubernetes {meta["kubeVersion"].removesuffix("-0")}, Helm 3.14 or newer.', "",
           "```sh", "helm install karbonetes oci://ghcr.io/karbonetes/charts/karbonetes -n karbonetes-system --create-namespace", "```", "",
           "How to install, upgrade and remove it, by task: [docs/install.md](../../docs/install.md).", "",
           "This file is written by `make chart-docs` from `values.yaml`.", "", "## Values", "", "| value | default | meaning |", "|---|---|---|"]
    for path, value, description in rows():
        out.append(f"| `{path}` | {default(value)} | {description.replace('|', chr(92) + '|')} |")
    text = "\n".join(out) + "\n"
    target = chart / "README.md"
    if "--check" in sys.argv[1:]:
        if target.read_text() != text:
            sys.exit("error: charts/karbonetes/README.md is not what values.yaml says: run make chart-docs")
        return
    target.write_text(text)


if __name__ == "__main__":
    main()
