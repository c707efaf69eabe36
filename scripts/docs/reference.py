#!/usr/bin/env python3
"""Writes docs/reference/*.md from what they describe: the CRD, names.hpp, the sources' metrics and events, --help of the programs, the
chart's values. With --check nothing is written, and a difference is an error.

Usage: reference.py BIN-DIRECTORY [--check]
"""
import pathlib
import re
import subprocess
import sys

import yaml

root = pathlib.Path(__file__).resolve().parent.parent.parent
MADE = "<!-- Written by `make docs-reference`; edit what it is made from. -->\n\n"


def cell(text):
    return " ".join(str(text).split()).replace("|", "\\|").replace("<", "&lt;")


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


# -- CRD ---------------------------------------------------------------------------------------------------------------

def fields(schema, path, required=False):
    kind = schema.get("type", "object")
    if kind == "array":
        kind = "list of " + schema["items"].get("type", "object")
    if "enum" in schema:
        kind = " \\| ".join(f"`{value}`" for value in schema["enum"])
    limits = [f"{word} {schema[key]}" for key, word in (("minimum", "at least"), ("maximum", "at most"), ("maxLength", "at most this long:"),
                                                        ("maxItems", "at most this many:")) if key in schema]
    default = f"`{schema['default']}`" if "default" in schema else ""
    description = cell(schema.get("description", ""))
    if limits:
        description += (" " if description else "") + "(" + ", ".join(limits) + ")"
    if path:
        yield [f"`{path}`", kind, default, description]
    for name, inner in schema.get("properties", {}).items():
        yield from fields(inner, f"{path}.{name}" if path else name)
    if schema.get("type") == "array":
        for name, inner in schema["items"].get("properties", {}).items():
            yield from fields(inner, f"{path}[].{name}")


def rules(schema, path=""):
    for rule in schema.get("x-kubernetes-validations", []):
        yield [f"`{path or 'spec'}`", cell(rule.get("message") or rule.get("messageExpression", ""))]
    for name, inner in schema.get("properties", {}).items():
        yield from rules(inner, f"{path}.{name}" if path else name)
    if schema.get("type") == "array":
        yield from rules(schema["items"], path + "[]")


def crd():
    definition = yaml.safe_load((root / "config/crd/bases/carbon-aware.io_carbonawarepolicies.yaml").read_text())
    version = definition["spec"]["versions"][0]
    schema = version["schema"]["openAPIV3Schema"]["properties"]
    out = "# CarbonAwarePolicy\n\n" + MADE + (
        f"`{definition['spec']['group']}/{version['name']}`, {definition['spec']['scope'].lower()}; short name "
        f"`{definition['spec']['names']['shortNames'][0]}`. What the fields do together: [policies](../policies.md).\n\n## spec\n\n")
    out += table(["field", "type", "default", "meaning"], list(fields(schema["spec"], ""))[0:])
    out += "\nRefused at apply, with this message:\n\n" + table(["where", "message"], list(rules(schema["spec"])))
    return out + "\n## status\n\n" + table(["field", "type", "default", "meaning"], list(fields(schema["status"], "")))


# -- names -------------------------------------------------------------------------------------------------------------

# Of names whose own comment says nothing.
MEANINGS = {
    "policy": "a CarbonAwarePolicy of the Job's namespace, instead of `default`",
    "max-delay": "wait at most this long, within the policy's `maxDelayLimit`",
    "strict": "\"true\": only ever the green pool",
    "expected-duration": "how long it runs; else it is learned from the finished Jobs of its series",
    "run-now": "\"true\": release it now, whatever the grid",
}


def names():
    text = (root / "api/v1alpha1/names.hpp").read_text()
    out = "# Annotations, labels and events\n\n" + MADE
    sections = {"Written by users": "Written by you, on a Job or on a CronJob's `spec.jobTemplate.metadata`",
                "Written by Karbonetes": "Written by Karbonetes, on a Job", "Of others": "Of others, read or written",
                "Values of the state": "Values of `carbon-aware.io/state`"}
    for comment, title in sections.items():
        start = text.index("// " + comment)
        end = min((text.index("// " + other, start + 3) for other in sections if text.find("// " + other, start + 3) > 0), default=len(text))
        part = text[start:end]
        rows = [[f"`{value}`", cell(note or "")] for value, note in
                re.findall(r'k\w+ =\s*"([^"]+)";(?:[ ]*// ([^\n]*))?', part)]
        rows = [[key, note or MEANINGS.get(key.strip("`").removeprefix("carbon-aware.io/"), "")] for key, note in rows]
        out += f"\n## {title}\n\n" + table(["name", "meaning"], rows)
    announcer = (root / "src/controller/announcer.cpp").read_text()
    events = sorted(set(re.findall(r'say\(job, (true|false), "(\w+)", "(\w+)"', announcer)), key=lambda e: e[1])
    out += "\n## Events\n\nOn the Job, from `carbon-aware.io/controller`; the note says why, and until when.\n\n"
    return out + table(["reason", "type", "action"], [[f"`{reason}`", "Warning" if warning == "true" else "Normal", action]
                                                      for warning, reason, action in events])


# -- metrics -----------------------------------------------------------------------------------------------------------

METRIC = re.compile(r'(?:\.|\b)(gauge|counter|histogram)\(\s*"([a-z_]+)",\s*((?:"(?:[^"\\]|\\.)*"\s*)+)', re.S)
# The one helper that raises counters to a level.
RAISED = re.compile(r'raise\(\s*"([a-z_]+)",\s*((?:"(?:[^"\\]|\\.)*"\s*)+)', re.S)


def found_metrics():
    found = {}
    for file in sorted([*(root / "src").rglob("*.cpp"), *(root / "src").rglob("*.hpp"), *(root / "cmd").rglob("*.cpp")]):
        text = file.read_text()
        for kind, name, words in METRIC.findall(text):
            found[name] = (kind, "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', words)))
        for name, words in RAISED.findall(text):
            found[name] = ("counter", "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', words)))
    return found


def metrics():
    found = found_metrics()
    out = "# Metrics\n\n" + MADE + ("At `/metrics` of the controller (port 8080) and of `karbonetes-signal`. What to watch, and what to do when it is "
                                    "wrong: [runbooks](../runbooks.md). Histograms have `_bucket`, `_sum` and `_count`.\n\n")
    groups = (("Jobs and carbon", lambda n: n.startswith("karbonetes_") and "signal" not in n and "certificate" not in n),
              ("Signals", lambda n: n.startswith("karbonetes_signal")), ("Webhook", lambda n: "webhook" in n),
              ("Kubernetes runtime", lambda n: re.match("controller_runtime|workqueue|reflector|leader|rest_client|event_rec", n)),
              ("Process", lambda n: n.startswith("process_")), ("karbonetes-signal", lambda n: n.startswith("signal_")))
    listed = set()
    for title, belongs in groups:
        rows = [[f"`{name}`", kind, cell(help_)] for name, (kind, help_) in sorted(found.items()) if belongs(name) and name not in listed]
        listed |= {row[0].strip("`") for row in rows}
        out += f"## {title}\n\n" + table(["metric", "type", "meaning"], rows) + "\n"
    assert listed == set(found), set(found) - listed
    return out


# -- flags -------------------------------------------------------------------------------------------------------------

def help_of(program, *command):
    done = subprocess.run([program, *command, "--help"], capture_output=True, text=True, check=True, env={"PATH": "/usr/bin", "COLUMNS": "80"})
    return re.sub(r"^Usage: \S*/", "Usage: ", done.stdout, flags=re.M).strip()


def flags(bin_dir):
    out = "# Programs and flags\n\n" + MADE + "Each flag of the controller can come from the environment variable that stands beside it.\n"
    for program in ("karbonetes-controller", "karbonetes-signal", "kubectl-karbonetes"):
        out += f"\n## {program}\n\n```text\n{help_of(bin_dir / program)}\n```\n"
        if program == "kubectl-karbonetes":
            for command in re.findall(r"^  ([a-z-]+) ", help_of(bin_dir / program).split("Subcommands:")[1], re.M):
                out += f"\n### kubectl karbonetes {command}\n\n```text\n{help_of(bin_dir / program, command)}\n```\n"
    return out


def values():
    text = (root / "charts/karbonetes/README.md").read_text()
    return "# Helm values\n\n" + MADE + "How to use them, by task: [install](../install.md).\n\n" + text[text.index("| value |"):]


def main():
    bin_dir = pathlib.Path(sys.argv[1])
    pages = {"policy.md": crd(), "names.md": names(), "metrics.md": metrics(), "flags.md": flags(bin_dir), "values.md": values()}
    folder = root / "docs/reference"
    stale = [name for name, text in pages.items() if not (folder / name).exists() or (folder / name).read_text() != text]
    if "--check" in sys.argv:
        if stale:
            sys.exit(f"error: docs/reference/{', '.join(stale)}: not what the code says: run make docs-reference")
        print(f"{len(pages)} pages of the reference are what the code says")
        return
    folder.mkdir(exist_ok=True)
    for name in stale:
        (folder / name).write_text(pages[name])
    print("written:", ", ".join(stale) or "nothing, all is current")


if __name__ == "__main__":
    main()
