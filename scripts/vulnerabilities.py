#!/usr/bin/env python3
"""Open vulnerabilities of the Debian packages in an image, from Debian's security tracker.

Usage: vulnerabilities.py SBOM RELEASE TRACKER EXCEPTIONS
  SBOM        SPDX JSON of an image (make images)
  RELEASE     Debian release by name, e.g. bookworm
  TRACKER     the tracker's JSON: a file or an https URL (https://security-tracker.debian.org/tracker/data/json)
  EXCEPTIONS  Markdown with a table "| CVE | package | reason |"

Exit status 1 when an open one is neither minor by Debian's own judgement nor an exception, 2 when the tracker cannot be read.
"""
import json
import re
import sys
import urllib.request

# What Debian says of urgency that does not ask for an update: https://security-team.debian.org/security_tracker.html
MINOR = {"unimportant", "low", "low*", "end-of-life"}


def source_packages(sbom):
    """Names of the source packages, as the bill of materials says them."""
    found = (re.match(r"built from Debian source package (\S+)", package.get("sourceInfo", "")) for package in sbom["packages"])
    return {match.group(1) for match in found if match}


def read(where):
    if where.startswith("https://"):
        with urllib.request.urlopen(where, timeout=120) as answer:
            return json.load(answer)
    with open(where, encoding="utf-8") as file:
        return json.load(file)


def open_ones(tracker, release, packages):
    """(package, CVE, urgency, description) of what is open and not minor."""
    for package in sorted(packages):
        for cve, facts in sorted(tracker.get(package, {}).items()):
            here = facts.get("releases", {}).get(release, {})
            if here.get("status") == "open" and here.get("urgency") not in MINOR and not here.get("nodsa_reason"):
                yield package, cve, here.get("urgency", "?"), facts.get("description", "")


def main():
    sbom_file, release, where, exceptions_file = sys.argv[1:]
    with open(sbom_file, encoding="utf-8") as file:
        packages = source_packages(json.load(file))
    if not packages:
        sys.exit(f"{sbom_file}: names no Debian package; make it by `make images`")
    with open(exceptions_file, encoding="utf-8") as file:
        exceptions = set(re.findall(r"^\| (CVE-\d+-\d+) \|", file.read(), re.M))
    try:
        tracker = read(where)
    except (OSError, ValueError) as error:
        print(f"the security tracker cannot be read ({where}): {error}", file=sys.stderr)
        sys.exit(2)
    unknown = packages - tracker.keys()
    count = 0
    for package, cve, urgency, description in open_ones(tracker, release, packages):
        known = cve in exceptions
        count += not known
        print(f"{'known ' if known else 'OPEN  '} {cve} {package} ({urgency}): {description[:120]}")
    print(f"{len(packages)} source packages ({', '.join(sorted(packages))}), {count} open vulnerabilities"
          + (f"; never had one: {', '.join(sorted(unknown))}" if unknown else ""))
    sys.exit(count > 0)


if __name__ == "__main__":
    main()
