"""The command line: help, what it needs, and errors that say what to do."""

from __future__ import annotations

import shutil
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

import creatoken_sdk
from creatoken_sdk.demo.artefacts import Artefacts
from creatoken_sdk.demo.report import Report

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


@pytest.mark.threat("C8")
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


@pytest.mark.threat("D5")
def test_main__given_a_name_that_steers_the_terminal__shows_it_escaped(tmp_path: Path) -> None:
    taken = tmp_path / "\x1b[2J\u202egnp"
    taken.write_text("a file")
    code, shown, complaint = creatoken("demo", "--out", taken)
    assert (code, shown) == (1, "")
    assert "\\x1b[2J\\u202egnp" in complaint
    assert complaint.strip().isprintable()


def test_demo__when_the_private_folder_is_a_link__refuses(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o755)
    (tmp_path / "private").symlink_to(tmp_path / "elsewhere")
    code, _, complaint = creatoken("demo", "--out", tmp_path)
    assert code == 1
    assert "private is a symbolic link" in complaint
    assert not list((tmp_path / "elsewhere").iterdir())


def test_artefacts__given_a_private_folder_that_others_can_read__closes_it(tmp_path: Path) -> None:
    (tmp_path / "private").mkdir()
    (tmp_path / "private").chmod(0o755)
    Artefacts(tmp_path)
    assert (tmp_path / "private").stat().st_mode & 0o777 == 0o700


@pytest.mark.threat("D5")
def test_report__given_text_that_steers_the_terminal__shows_it_escaped() -> None:
    shown, evil = StringIO(), "a\x1b[2J\r\u202eb"
    report = Report(Console(file=shown, width=200, force_terminal=True, color_system=None))
    report.act(evil, evil)
    report.table([">n"], [[evil]])
    report.check(evil, True, evil)
    assert shown.getvalue().count("a\\x1b[2J\\r\\u202eb") == 5
    assert not {"\x1b", "\r", "\u202e"} & set(shown.getvalue())


def test_demo__when_pillow_is_missing__names_the_extra(tmp_path: Path) -> None:
    code, shown, complaint = creatoken("demo", code="import sys\nsys.modules['PIL'] = None\n" + RUN)
    assert (code, shown) == (1, "")
    assert complaint == (
        "creatoken: PIL is not installed; run `pip install 'creatoken-sdk[demo]'`\n"
    )


def test_main__when_only_help_is_asked__loads_nothing_heavy() -> None:
    heavy = {"web3", "eth_account", "sqlite3", "numpy", "PIL"}
    code = f"import sys, creatoken_sdk.cli\nprint(sys.modules.keys() & {heavy})"
    assert creatoken(code=code)[1] == "set()\n"
