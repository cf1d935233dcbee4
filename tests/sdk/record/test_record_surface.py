"""The floor keeps its promises: pure imports, a complete `__all__`, one tree of errors."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import creatoken_sdk.record as record

FLOOR = Path(record.__file__).parent
ALLOWED = {*sys.stdlib_module_names, "creatoken_sdk", "rfc8785", "typing_extensions"}
ETHEREUM = {"coincurve", "eth_abi", "eth_account", "eth_hash", "eth_keys", "eth_utils"}
MODULES = sorted(FLOOR.glob("*.py"))
CLOSED = {"io", "os", "pathlib", "socket", "sqlite3", "subprocess", "urllib", "http"}


def imported(module):
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


@pytest.mark.threat("D4")
@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_record__given_a_module__imports_only_what_a_pure_floor_may(module):
    for name in imported(module):
        root = name.split(".")[0]
        assert root in ALLOWED | ETHEREUM
        assert root not in CLOSED
        if root == "creatoken_sdk":
            assert name.startswith(("creatoken_sdk.record", "creatoken_sdk.errors"))


def test_record__when_imported__loads_no_web3():
    code = "import sys, creatoken_sdk.record; print('web3' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_all__given_the_package__is_everything_a_reader_sees():
    modules = {module.stem for module in MODULES} - {"canonical"}
    visible = {name for name in vars(record) if not name.startswith("_")} - modules
    assert visible | {"oversight"} == set(record.__all__)


@pytest.mark.parametrize("module", MODULES[1:], ids=lambda module: module.stem)
def test_all__given_a_module__names_what_exists(module):
    loaded = sys.modules[f"creatoken_sdk.record.{module.stem}"]
    assert loaded.__all__
    assert all(hasattr(loaded, name) for name in loaded.__all__)
