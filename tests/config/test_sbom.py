import json
from importlib.metadata import version

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from config.sbom import bill_of_materials
from config.texts import ROOT

LOCK = (ROOT / "requirements.lock").read_text()


def test_every_package_of_the_lock_stands_in_it_as_it_is_installed() -> None:
    parts = {one["name"]: one for one in bill_of_materials(LOCK)["components"]}
    assert len(parts) == len([line for line in LOCK.splitlines() if not line.startswith("    --hash=")])
    for name in ("django", "cryptography", "psycopg"):
        assert parts[name]["version"] == version(name)
        assert parts[name]["purl"] == f"pkg:pypi/{name}@{version(name)}"


def test_a_package_of_some_systems_is_one_of_them() -> None:
    lock = "tzdata==2026.1 ; sys_platform == 'win32' \\\n    --hash=sha256:00\nzipp==4.0 \\\n    --hash=sha256:01\n"
    found = [(one["name"], one["version"]) for one in bill_of_materials(lock)["components"]]
    assert found == [("tzdata", "2026.1"), ("zipp", "4.0")]


def test_it_has_the_shape_that_the_standard_asks_for() -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill_of_materials(LOCK))) is None
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps({"bomFormat": "CycloneDX"})) is not None
