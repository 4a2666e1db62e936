"""`python -m config.sbom`: what the server consists of, as CycloneDX in JSON, out of the locked requirements."""

import json
import re
import sys
import tomllib
from typing import Any

from config.texts import ROOT

_PINNED = re.compile(r"^([a-z0-9._-]+)==([^ \\]+)", re.MULTILINE)


def bill_of_materials(lock: str) -> dict[str, Any]:
    """The packages of a lock file. Those of other systems are among them, as in the lock."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "name": project["name"], "version": project["version"]},
        },
        "components": [
            {"type": "library", "name": name, "version": version, "purl": f"pkg:pypi/{name}@{version}"}
            for name, version in _PINNED.findall(lock)
        ],
    }


if __name__ == "__main__":
    json.dump(bill_of_materials((ROOT / "requirements.lock").read_text()), sys.stdout, indent=1)
