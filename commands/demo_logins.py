"""`var/demo.json`: address, logins, terminal and cards of the demo in the database that runs now.

Those of other databases wait beside it, each named after its demo's site: their passwords stand nowhere else.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


def write_demo(var: Path, demo: dict[str, Any]) -> None:
    """Let a demo be the one that is shown, to the owner of the file alone; another one that is there is put aside."""
    _put_aside(var)
    part = var / "demo.part"  # whoever is interrupted here loses no login
    part.touch(mode=0o600)
    part.write_text(json.dumps(demo, ensure_ascii=False, indent=1))
    part.rename(_shown(var))


def bring_demo(var: Path, base_url: str, are_here: Callable[[list[str]], bool]) -> dict[str, Any] | None:
    """Show the demo whose login IDs the database has, under its address of today; else none is shown, and None returned.

    Login IDs are drawn by lot, so those of another database are not here, however either of them is reached.
    """
    _put_aside(var)
    for path in var.glob("demo-*.json"):
        demo: dict[str, Any] = json.loads(path.read_text()) | {"base_url": base_url}
        if are_here([login["login_id"] for login in demo["logins"]]):
            write_demo(var, demo)
            path.unlink()
            return demo
    return None


def _shown(var: Path) -> Path:
    return var / "demo.json"


def _put_aside(var: Path) -> None:
    if (shown := _shown(var)).exists():
        shown.rename(var / f"demo-{json.loads(shown.read_text())['terminal']['site']}.json")
