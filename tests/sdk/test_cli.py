"""The command line: help, what it needs, and errors that say what to do."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import creatoken_sdk

PACKAGE = Path(creatoken_sdk.__file__).parent
RUN = "from creatoken_sdk.cli import main\nmain()"


def creatoken(*arguments: object, code: str = RUN, cwd: Path | None = None) -> tuple[int, str, str]:
    """Run the command and return its exit code and what it printed."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd)
    return done.returncode, done.stdout, done.stderr


def test_main__given_help__lists_the_commands() -> None:
    code, shown, _ = creatoken("--help")
    assert code == 0
    assert "demo" in shown
    assert "Tell the whole story on a local chain" in shown


def test_main__given_an_unknown_command__exits_with_two() -> None:
    code, _, complaint = creatoken("dance")
    assert code == 2
    assert "dance" in complaint


def test_demo__given_help__keeps_its_name_and_options() -> None:
    code, shown, _ = creatoken("demo", "--help")
    assert code == 0
    assert "demo [OPTIONS]" in shown
    assert "--out" in shown
    assert "--json" in shown


def test_demo__when_the_folder_cannot_be_written__names_the_option(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    code, shown, complaint = creatoken("demo", "--out", tmp_path / "taken")
    assert (code, shown) == (1, "")
    assert complaint.startswith("creatoken: cannot write ")
    assert complaint.endswith("name another folder with --out\n")


def test_demo__when_the_examples_are_missing__says_where_they_are(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "creatoken_sdk")
    code, shown, complaint = creatoken("demo", cwd=tmp_path)
    assert (code, shown) == (1, "")
    assert "examples/summer-banner is not here" in complaint
    assert "get the repository and run this in its folder" in complaint
    assert not (tmp_path / "out").exists()


def test_demo__when_pillow_is_missing__names_the_extra(tmp_path: Path) -> None:
    code, shown, complaint = creatoken("demo", code="import sys\nsys.modules['PIL'] = None\n" + RUN)
    assert (code, shown) == (1, "")
    assert complaint == (
        "creatoken: PIL is not installed; run `pip install 'creatoken-sdk[demo]'`\n"
    )


def test_main__when_only_help_is_asked__loads_neither_web3_nor_numpy() -> None:
    code = "import sys, creatoken_sdk.cli\nprint(sys.modules.keys() & {'web3', 'numpy', 'PIL'})"
    assert creatoken(code=code)[1] == "set()\n"
