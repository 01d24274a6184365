"""Writes what the portal runs with as a bill of materials: CycloneDX 1.5, to the standard output.

Every package of constraints.txt before its line "# Development", with its version, the hashes of the
files it may come as, and the licence that its installed metadata states.
"""

import json
import re
import sys
import uuid
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)


def components(pins: str) -> list[dict]:
    """The packages that a list of pins names, in its order."""
    starts = [*PIN.finditer(pins)]
    ends = [found.start() for found in starts[1:]] + [len(pins)]
    return [
        component(found[1], found[2], re.findall(r"sha256:([0-9a-f]{64})", pins[found.end() : end]))
        for found, end in zip(starts, ends, strict=True)
    ]


def component(name: str, version: str, hashes: list[str]) -> dict:
    """One package. Of a licence only what is said in a word, or as SPDX has it, is taken over."""
    address = f"pkg:pypi/{name}@{version}"
    found = {
        "type": "library",
        "bom-ref": address,
        "name": name,
        "version": version,
        "purl": address,
        "hashes": [{"alg": "SHA-256", "content": each} for each in hashes],
    }
    licence = licence_of(name)
    return found | ({"licenses": [licence]} if licence else {})


def licence_of(name: str) -> dict | None:
    """The licence of an installed package, if it states one; packages of other systems are not here."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    if expression := about.get("License-Expression"):
        return {"expression": expression}
    stated = about.get("License") or ""
    classified = [
        each.rsplit(" :: ", 1)[-1]
        for each in about.get_all("Classifier") or []
        if each.startswith("License :: ") and each != "License :: OSI Approved"
    ]
    named = classified[0] if classified else stated.strip()
    return {"license": {"name": named}} if named and "\n" not in named else None


def main() -> None:
    pins = (ROOT / "constraints.txt").read_text().split("\n# Development\n", 1)[0]
    found = components(pins)
    # The same packages have the same number, wherever it is written.
    number = uuid.uuid5(uuid.NAMESPACE_URL, "\n".join(each["bom-ref"] for each in found))
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{number}",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "ia-montpellier-portal"}},
        "components": found,
    }
    json.dump(bill, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
