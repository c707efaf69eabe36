#!/usr/bin/env python3
"""Prints the table of docs/dependencies.md from an image's bill of materials (SPDX JSON). Usage: dependencies.py SBOM"""
import json
import re
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    packages = json.load(file)["packages"]
print("| package | version | source package |\n|---|---|---|")
for package in sorted(packages, key=lambda p: p["name"]):
    source = re.match(r"built from Debian source package (\S+)", package.get("sourceInfo", ""))
    if source:
        print(f"| {package['name']} | {package['versionInfo']} | {source.group(1)} |")
