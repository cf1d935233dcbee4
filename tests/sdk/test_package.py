from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import creatoken_sdk

PACKAGE = Path(creatoken_sdk.__file__).parent
REACHING = {"aiohttp", "ftplib", "http", "httpx", "psycopg", "requests", "socket", "urllib", "web3"}
HEAVY = ("web3", "eth_account", "eth_abi", "requests", "numpy", "PIL", "ape", "typer")
HEAVY += ("pytest", "hypothesis", "sqlite3")
USES = ("adapters", "brand", "demo", "flywheel", "testing")
FLOORS = {"record": 1, "chain": 2, "studio": 3, **dict.fromkeys(USES, 4), "cli": 5}


@pytest.mark.parametrize("part", FLOORS)
def test_imports__given_a_floor__point_down_and_from_one_use_to_no_other(part: str) -> None:
    below = {other for other, floor in FLOORS.items() if floor < FLOORS[part]}
    names = {name for path in (PACKAGE / part).rglob("*.py") for name in imported(path)}
    found = {name.split(".")[1] for name in names if name.startswith("creatoken_sdk.")}
    assert found - below - {part} <= {"anvil", "errors", "terminal"}


def fresh(code: str) -> str:
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return run.stdout


def test_import__given_the_package__loads_nothing_heavy() -> None:
    code = f"import sys, creatoken_sdk; print([m for m in {HEAVY} if m in sys.modules])"
    assert fresh(code) == "[]\n"


def test_import__given_the_package__takes_less_than_150_ms() -> None:
    code = (
        "import time; t = time.process_time(); import creatoken_sdk;print(time.process_time() - t)"
    )
    assert min(float(fresh(code)) for _ in range(3)) < 0.15


def test_import__given_the_pytest_plugin__loads_nothing_heavy_but_pytest() -> None:
    code = (
        f"import sys, creatoken_sdk.testing.plugin; print([m for m in {HEAVY} if m in sys.modules])"
    )
    assert fresh(code) == "['pytest']\n"


def test_import__given_the_client_alone__does_not_load_web3() -> None:
    code = "import sys; from creatoken_sdk import Creatoken; print('web3' in sys.modules)"
    assert fresh(code) == "False\n"


@pytest.mark.parametrize("name", creatoken_sdk.__all__)
def test_getattr__given_a_public_name__is_what_its_name_says(name: str) -> None:
    value = getattr(creatoken_sdk, name)
    assert name == "NATIVE" or value.__name__ == name


def test_all__given_what_dir_shows__lists_every_public_name() -> None:
    assert set(creatoken_sdk.__all__) <= set(dir(creatoken_sdk))
    assert set(creatoken_sdk.__all__) == set(creatoken_sdk._HOMES)
    assert sorted(creatoken_sdk.__all__) == sorted(set(creatoken_sdk.__all__))


def test_getattr__given_an_unknown_name__is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="NoSuchName"):
        _ = creatoken_sdk.NoSuchName


@pytest.mark.threat("D4")
def test_modules__given_the_package__only_these_can_open_a_connection() -> None:
    """The endpoint of a chain, the local chain, a store's server, and the script in bundles.

    No address in a record is ever fetched.
    """
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        for name in imported(path)
        if name.split(".")[0] in REACHING and name != "urllib.parse"
    }
    script = "studio/standalone/verify.py"
    chain = {"anvil.py", "chain/client.py", "chain/rpc.py", script}
    assert found == chain | {"studio/postgres.py", "studio/postgres_errors.py"}


def imported(path: Path) -> list[str]:
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    plain = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return plain + [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
