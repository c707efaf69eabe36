#!/usr/bin/env python3
"""Writes the bill of materials of an image: SPDX 2.3, JSON, to standard output (https://spdx.github.io/spdx-spec/v2.3/).

Each file of the image is listed with its SHA-1 and SHA-256 and belongs to one package: a Debian package, with its version,
source and download location as a purl, or Karbonetes itself. The same input gives the same bytes.
"""
import argparse
import collections
import datetime
import hashlib
import json
import os
import re
import sys


def digest(path, name):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, name).hexdigest()


def debian(rootfs, package):
    """The control fields that the image itself keeps of a package."""
    with open(os.path.join(rootfs, "var/lib/dpkg/status.d", package), encoding="utf-8") as lines:
        return dict(line.rstrip("\n").split(": ", 1) for line in lines)


def identifier(kind, name):
    """Readable, and unique also for names that differ in other characters alone: Etc/GMT+1 and Etc/GMT-1."""
    return f"SPDXRef-{kind}-" + re.sub(r"[^A-Za-z0-9.-]", "-", name) + "-" + hashlib.sha256(name.encode()).hexdigest()[:8]


def verification_code(shas):
    # https://spdx.github.io/spdx-spec/v2.3/package-information/#79-package-verification-code-field
    return hashlib.sha1("".join(sorted(shas)).encode()).hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for flag in ("origin", "rootfs", "arch", "version", "epoch", "revision"):
        parser.add_argument(f"--{flag}", required=True)
    args = parser.parse_args()

    owner = {}
    with open(args.origin, encoding="utf-8") as lines:
        for line in lines:
            path, package = line.rstrip("\n").split("\t")
            owner[path] = package
    files, by_package = [], collections.defaultdict(list)
    for folder, _, names in os.walk(args.rootfs):
        for name in names:
            full = os.path.join(folder, name)
            path = os.path.relpath(full, args.rootfs)
            if os.path.islink(full):
                continue
            if path not in owner:
                sys.exit(f"error: no package owns {path}: scripts/build-images.sh must say where it is from")
            sha1 = digest(full, "sha1")
            files.append({
                "fileName": "./" + path,
                "SPDXID": identifier("File", path),
                "checksums": [{"algorithm": "SHA1", "checksumValue": sha1},
                              {"algorithm": "SHA256", "checksumValue": digest(full, "sha256")}],
                "licenseConcluded": "NOASSERTION",
                "copyrightText": "NOASSERTION",
            })
            by_package[owner[path]].append((identifier("File", path), sha1))

    packages, relations = [], []
    for name in sorted(by_package):
        ident = identifier("Package", name)
        if name == "karbonetes":
            package = {"name": "karbonetes", "versionInfo": args.version,
                       "downloadLocation": f"git+https://github.com/karbonetes/karbonetes@{args.revision}",
                       "licenseDeclared": "Apache-2.0", "supplier": "Organization: The Karbonetes authors"}
            purl = f"pkg:github/karbonetes/karbonetes@{args.revision}"
        else:
            facts = debian(args.rootfs, name)
            package = {"name": facts["Package"], "versionInfo": facts["Version"], "downloadLocation": "NOASSERTION",
                       "licenseDeclared": "NOASSERTION", "supplier": "Organization: Debian",
                       "sourceInfo": f"built from Debian source package {facts.get('Source', name)}",
                       "licenseComments": f"see /usr/share/doc/{name}/copyright in the image"}
            if "Homepage" in facts:
                package["homepage"] = facts["Homepage"]
            purl = f"pkg:deb/debian/{name}@{facts['Version'].replace('+', '%2B')}?arch={facts['Architecture']}&distro=debian-12"
        package |= {
            "SPDXID": ident, "licenseConcluded": "NOASSERTION", "copyrightText": "NOASSERTION", "filesAnalyzed": True,
            "packageVerificationCode": {"packageVerificationCodeValue": verification_code([s for _, s in by_package[name]])},
            "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}],
        }
        packages.append(package)
        relations.append(("SPDXRef-DOCUMENT", "DESCRIBES", ident))
        relations += [(ident, "CONTAINS", file) for file, _ in by_package[name]]

    created = datetime.datetime.fromtimestamp(int(args.epoch), datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    json.dump({
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"karbonetes-{args.version}-linux-{args.arch}",
        "documentNamespace": f"https://github.com/karbonetes/karbonetes/sbom/{args.version}/{args.arch}/{args.revision}",
        "creationInfo": {"created": created, "creators": ["Tool: karbonetes-sbom", "Organization: The Karbonetes authors"]},
        "packages": packages,
        "files": sorted(files, key=lambda file: file["fileName"]),
        "relationships": [{"spdxElementId": a, "relationshipType": kind, "relatedSpdxElement": b}
                          for a, kind, b in sorted(relations)],
    }, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
