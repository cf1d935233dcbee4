"""What every file of the repository must respect, and proof that a failing test fails the build."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Written apart, or this file would break its own rule.
REGISTRY_HOSTS = [
    ".".join(parts)
    for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("yarnpkg", "com"))
]
MACHINE_PATH = re.compile(r"(?<![\w.:/-])/(?:home|root|tmp|Users)/\w")
SECRET = re.compile(
    r"BEGIN [A-Z ]*PRIVATE KEY|(?:private_?key|secret|deployer_key)\W{1,5}(?:0x)?[0-9a-f]{64}", re.I
)
# The lock was made where these cannot be installed; docs/threat-model.md says so at E1.
FOREIGN_PROGRAM = re.compile(r"/@foundry-rs/(?:anvil|forge)-(?!linux-amd64$)[\w-]+$")
BARE_REVERTS = re.compile(r"\bape\.reverts\(\)")


def project_files() -> Iterator[Path]:
    """Every file that is, or would be, committed; works without Git and without its history."""
    ignored = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text().splitlines()]
    ignored.append(".git")
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if not any(fnmatch(name, it) for it in ignored)]
        yield from (
            Path(folder, name) for name in names if not any(fnmatch(name, it) for it in ignored)
        )


def lines_where(found: "re.Pattern[str]") -> list[str]:
    """Return `file:line: text` of each line of the repository that the pattern is found in."""
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in project_files()
        for number, line in enumerate(path.read_text(errors="ignore").splitlines(), start=1)
        if found.search(line)
    ]


def run(*command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_project_files__given_this_clone__are_found_without_installed_ones():
    found = {path.relative_to(ROOT).as_posix() for path in project_files()}
    assert {"dev.py", "ape-config.yaml", "tests/test_repository.py", ".ci/run"} <= found
    assert not [path for path in found if path.startswith((".venv/", "node_modules/", ".git/"))]


@pytest.mark.parametrize("host", REGISTRY_HOSTS)
def test_files__when_they_name_a_registry_host__are_refused(host):
    assert lines_where(re.compile(re.escape(host))) == []


def test_files__when_they_hold_a_path_of_one_machine__are_refused():
    this_clone = re.compile(re.escape(f"{ROOT}/"))
    assert lines_where(MACHINE_PATH) + lines_where(this_clone) == []


@pytest.mark.threat("E3")
def test_files__when_they_hold_a_private_key__are_refused():
    assert lines_where(SECRET) == []


@pytest.mark.threat("E1")
def test_locks__given_every_download__name_its_hash():
    for lock in (ROOT / "requirements").glob("*.txt"):
        entries = re.split(r"\n(?=\S)", lock.read_text().strip())
        assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    unhashed = {name for name, one in packages.items() if name and "integrity" not in one}
    assert {name for name in unhashed if not FOREIGN_PROGRAM.search(name)} == set()


def test_tests__when_they_accept_any_revert__are_refused():
    assert lines_where(BARE_REVERTS) == []


def test_import__given_the_sdk_alone__loads_neither_ape_nor_web3():
    done = run(sys.executable, "-c", "import sys, creatoken_sdk; print(*sys.modules)")
    assert done.returncode == 0, done.stderr
    assert not {"ape", "web3"} & set(done.stdout.split())


def test_import__given_every_public_name__loads_no_ape():
    code = "import sys\nfrom creatoken_sdk import *\nprint(*sys.modules)"
    done = run(sys.executable, "-c", code)
    assert done.returncode == 0, done.stderr
    assert "ape" not in done.stdout.split()


@pytest.mark.parametrize(("claim", "passes"), [("True", True), ("False", False)])
def test_dev__given_a_test_that_asserts__returns_its_outcome(tmp_path, claim, passes):
    (tmp_path / "test_claim.py").write_text(f"def test_claim():\n    assert {claim}\n")
    done = run(sys.executable, "dev.py", "pytest", "-pno:ape_test", str(tmp_path))
    assert (done.returncode == 0) is passes, done.stdout + done.stderr


def test_dev__when_one_command_of_a_task_fails__fails():
    done = run(sys.executable, "dev.py", "compile", "--no-such-option")
    assert done.returncode == 1
    assert "Failed:\n  ape compile --no-such-option" in done.stderr
