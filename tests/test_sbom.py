"""The bill of materials names what the portal runs with, and nothing else."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)


@pytest.mark.threat("T30", "bill of materials")
def test_every_package_that_runs_is_named_with_its_hashes_and_none_besides():
    made = subprocess.run(
        [sys.executable, ".ci/sbom.py"], cwd=ROOT, capture_output=True, text=True, check=True
    )

    bill = json.loads(made.stdout)
    runtime, development = (ROOT / "constraints.txt").read_text().split("\n# Development\n")
    pins = dict(re.findall(r"^([a-z0-9][\w.-]*)==([^\s;\\]+)", runtime, re.MULTILINE))
    found = {each["name"]: each["version"] for each in bill["components"]}
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", bill["serialNumber"])
    assert found == pins
    assert {"django", "gunicorn", "psycopg"} <= found.keys()
    assert not found.keys() & set(re.findall(r"^([a-z0-9][\w.-]*)==", development, re.MULTILINE))
    for each in bill["components"]:
        assert each["purl"] == f"pkg:pypi/{each['name']}@{each['version']}"
        assert each["hashes"], each["name"]
        assert {file["alg"] for file in each["hashes"]} == {"SHA-256"}
    licences = {each["name"]: each.get("licenses") for each in bill["components"]}
    assert licences["django"] == [{"expression": "BSD-3-Clause"}]
