"""Tests every mutant, each in a fork of one process that has loaded and collected everything."""

from __future__ import annotations

import gc
import os
import select
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mutation import ape_in_process
from mutation.contract import switch_on
from mutation.operators import Mutant

WORKERS = 2
SECONDS = 300  # a run of all tests takes about 20 of an idle processor
OPTIONS = ("-pno:ape_test", "-pno:cacheprovider", "-qq", "-Wignore", "tests/contracts")
Tell = Callable[[int, str], None]
Items = list[Any]
"""Tests, as pytest collected them."""


def run(mutants: dict[int, Mutant], left_out: Path, tell: Tell) -> None:
    """Tells the outcome of each mutant as soon as it is known.

    `left_out` keeps the names of tests that fail without a mutant: some need Ape's node, or the
    gas of optimized code.
    """
    pytest.main(list(OPTIONS), plugins=[ape_in_process, Loop(mutants, left_out, tell)])


class Loop:
    """A pytest plugin that takes the place of its loop over the tests."""

    def __init__(self, mutants: dict[int, Mutant], left_out: Path, tell: Tell) -> None:
        """By their numbers in the build."""
        self.mutants, self.left_out, self.tell = mutants, left_out, tell
        self.killers: Counter[tuple[str, str]] = Counter()
        """How often a test killed mutants of a file, or of a function of it."""

    def pytest_runtestloop(self, session: Any) -> bool:
        gc.freeze()  # or every child would copy all of it
        self.items = self._that_pass(session.items)
        left = list(self.mutants)
        running: dict[int, tuple[int, int, float]] = {}
        while left or running:
            while left and len(running) < WORKERS:
                number = left.pop(0)
                pipe, child = self._fork(number, self.items)
                running[pipe] = number, child, time.monotonic() + SECONDS
            ready, _, _ = select.select(list(running), [], [], 1)
            late = [it for it, (_, _, end) in running.items() if time.monotonic() > end]
            for pipe in {*ready, *late}:
                number, child, _ = running.pop(pipe)
                self._end(number, pipe, child, pipe in ready)
        return True

    def _that_pass(self, items: Items) -> Items:
        if not self.left_out.exists():
            pipes = [self._fork(None, items[half::WORKERS]) for half in range(WORKERS)]
            failed = [os.fdopen(pipe).read() for pipe, _ in pipes]
            for _, child in pipes:
                os.waitpid(child, 0)
            self.left_out.write_text("\n".join(filter(None, failed)))
        names = set(self.left_out.read_text().split("\n"))
        kept = [it for it in items if it.nodeid not in names]
        print(f"left out: {len(items) - len(kept)} tests, which fail without a mutant")
        return kept

    def _fork(self, number: int | None, items: Items) -> tuple[int, int]:
        """A child that writes which test failed; without a mutant, which all did."""
        reader, writer = os.pipe()
        child = os.fork()
        if child:
            os.close(writer)
            return reader, child
        gc.disable()
        silence = os.open(os.devnull, os.O_RDWR)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        try:
            failures = self._test(number, items)
            os.write(writer, "\n".join(failures).encode())
        finally:
            os._exit(0)

    def _test(self, number: int | None, items: Items) -> list[str]:
        if number is not None:
            switch_on(number)
            items = sorted(items, key=lambda it: self._late(self.mutants[number], it.nodeid))
        watch, plugins = Watch(), items[0].config.pluginmanager
        plugins.register(watch)
        plugins.unregister(name="terminalreporter")
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if watch.failures and number is not None:
                break
        return list(dict.fromkeys(watch.failures))

    def _late(self, mutant: Mutant, test: str) -> tuple[int, int, bool]:
        """Sorts tests: first those that killed its neighbours, then those named like its file."""
        stem = mutant.file.rpartition("/")[2].removesuffix(".sol").lower()
        near = self.killers[f"{mutant.file} {mutant.function}", test]
        return -near, -self.killers[mutant.file, test], stem not in test.replace("_", "")

    def _end(self, number: int, pipe: int, child: int, in_time: bool) -> None:
        if not in_time:
            os.kill(child, signal.SIGKILL)
        with os.fdopen(pipe) as told:
            killer = told.read().partition("\n")[0]
        _, status = os.waitpid(child, 0)
        mutant = self.mutants[number]
        self.killers[mutant.file, killer] += 1
        self.killers[f"{mutant.file} {mutant.function}", killer] += 1
        died = killer or os.WIFSIGNALED(status)
        self.tell(number, "timed out" if not in_time else "killed" if died else "survived")


class Watch:
    """A pytest plugin that keeps the names of the tests that failed."""

    def __init__(self) -> None:
        """None yet."""
        self.failures: list[str] = []

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            self.failures.append(report.nodeid)
