"""pytest plugin: tests run on contracts that say what they reach; `python3 dev.py coverage`.

Ape deploys what is compiled here instead of its own build, and Anvil's console is read at the end.
Calls, failed transactions and clones count like everything else, as the code itself speaks.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
import solcx
from ape import project
from ape.api import providers
from ape_foundry.provider import FoundryProvider
from ethpm_types import Bytecode

from scripts.export_artifacts import compiler_input
from tools.coverage.places import LIBRARY, Place, instrument
from tools.coverage.report import Report

ROOT = Path(__file__).resolve().parents[2]
REASONS = ROOT / "tools/coverage/unreachable.json"
LCOV = ROOT / "out/coverage.lcov"

Json = dict[str, Any]


class Plugin:
    """Deploys the speaking contracts, listens, and judges when all tests are done."""

    def __init__(self) -> None:
        """Set up before Ape starts Anvil."""
        self._console = tempfile.TemporaryFile()  # noqa: SIM115 - Anvil's until the session ends
        self._places: list[Place] = []
        self._report: Report | None = None
        start, command = providers.popen, FoundryProvider.build_command
        providers.popen = lambda *args, **options: start(
            *args, **(options | {"stdout": self._console})
        )
        FoundryProvider.build_command = lambda anvil: [
            *command(anvil),
            "--disable-code-size-limit",
        ]

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self) -> None:
        """Puts the speaking code in the place of Ape's build, in memory only."""
        types = project.manifest.contract_types
        for name, code in compiled(speaking(compiler_input(), self._places)).items():
            types[name].deployment_bytecode = Bytecode(bytecode="0x" + code)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fails the run where coverage is not as recorded."""
        self._console.seek(0)
        said = {int(line) for line in self._console.read().splitlines() if line.isdigit()}
        self._report = Report(self._places, said, json.loads(REASONS.read_text()))
        LCOV.parent.mkdir(exist_ok=True)
        LCOV.write_text(self._report.lcov())
        if self._report.problems():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Shows the table, then what differs from what is recorded."""
        if self._report:
            for line in [self._report.table(), *self._report.problems()]:
                terminalreporter.write_line(line)


def speaking(source: Json, places: list[Place]) -> Json:
    """Return standard JSON whose contracts say the indices of the places they reach."""
    settings = {"stopAfter": "parsing", "outputSelection": {"*": {"": ["ast"]}}}
    parsed = _solc(source | {"settings": settings})
    ours = {path: it for path, it in source["sources"].items() if path.startswith("contracts/")}
    spoken = {
        path: {"content": instrument(path, it["content"], parsed["sources"][path]["ast"], places)}
        for path, it in sorted(ours.items())
    }
    library = {LIBRARY: {"content": (ROOT / LIBRARY).read_text()}}
    sources = source["sources"] | spoken | library
    small = {"optimizer": {"enabled": True, "runs": 1}}  # creation code has a limit too
    return source | {"sources": sources, "settings": source["settings"] | small}


def compiled(source: Json) -> dict[str, str]:
    """Return creation code by contract."""
    files = _solc(source)["contracts"].values()
    return {
        name: contract["evm"]["bytecode"]["object"]
        for contracts in files
        for name, contract in contracts.items()
    }


def _solc(source: Json) -> Json:
    answer: Json = solcx.compile_standard(source, solc_version=project.config.solidity.version)
    return answer


def pytest_configure(config: pytest.Config) -> None:
    """Take part in the run."""
    config.pluginmanager.register(Plugin())
