"""Decoders of JSON are made when the program begins.

`msgspec` learns a type when it first decodes it. Two threads that do so at the same moment read what the other one has only half
written, and the process ends: a server's first second is such a moment.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.texts import ROOT

TREES = ("registry", "portals", "api", "commands", "config")
MODULES = sorted(path for tree in TREES for path in (ROOT / tree).rglob("*.py") if "import msgspec" in path.read_text())
# A statement makes the decoder of its answer, and stands in its module itself.
MAKES_STATEMENTS = {ROOT / "registry/core/prepared.py"}


def calls(tree: ast.AST) -> Iterator[str]:
    """What is called, as it is written: `msgspec.json.decode`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func).partition("[")[0]


def calls_in_functions(path: Path) -> set[str]:
    """What is called not when a module is imported, but later."""
    functions = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]
    return {call for function in functions for call in calls(function)}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_type_is_learnt_while_requests_are_answered(path: Path) -> None:
    found = calls_in_functions(path)
    assert "msgspec.json.decode" not in found
    assert path in MAKES_STATEMENTS or not found & {"msgspec.json.Decoder", "Statement"}


EIGHT_THREADS = """
import sys
from threading import Barrier, Thread
from registry.touches.operations.items import open_batch

sys.setswitchinterval(1e-6)
begin = Barrier(8)

def read():
    begin.wait()
    open_batch(b'{"store": "a", "touches": [{"seq": 1, "card": "1", "touched_at": "2026-11-20T07:58:02+09:00"}]}')

threads = [Thread(target=read) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("read")
"""


def test_eight_threads_may_read_the_first_batch_at_once() -> None:
    program = f"import django; django.setup(){EIGHT_THREADS}"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "read\n")
