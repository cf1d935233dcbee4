"""Processes that die by SIGKILL at a chosen moment of recording or settling."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from typing import Any

from creatoken_sdk import Creatoken
from creatoken_sdk.studio import journal, tracker
from creatoken_sdk.studio.jobs import Jobs
from creatoken_sdk.studio.journal import Journal
from creatoken_sdk.studio.transactions import Transactions
from faults.scene import BOUND_SECONDS, Scene

# A fresh server process that has the imports done, so that each start takes milliseconds.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["web3", "eth_account", "creatoken_sdk.studio.studio"])

MOMENTS: dict[str, tuple[Any, str, str]] = {
    "before a step is signed": (journal, "sign", "before"),
    "in the commit of a step": (Journal, "_store_step", "after"),
    "after a step": (Journal, "append", "after"),
    "in the commit of a job": (Jobs, "add", "after"),
    "before signing": (Creatoken, "sign", "before"),
    "after signing": (Creatoken, "sign", "after"),
    "in the commit of a transaction": (Transactions, "add", "after"),
    "after persisting": (Creatoken, "broadcast", "before"),
    "after broadcasting": (Creatoken, "broadcast", "after"),
    "after mining": (tracker, "look", "after"),
    "in the commit of the end": (Transactions, "close_others", "after"),
}


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def start(act: Callable[..., None], *args: object) -> BaseProcess:
    """Run a function of a module in a process of its own."""
    process = _CONTEXT.Process(target=act, args=args, daemon=True)
    process.start()
    return process


def finish(process: BaseProcess) -> int | None:
    """Wait for its end; return its exit code, negative for the signal that killed it."""
    process.join(BOUND_SECONDS)
    return process.exitcode


def play(scene: Scene, moment: str, drafts: tuple[str, ...]) -> None:
    """Record drafts and settle them, as far as one comes until the moment."""
    where, name, when = MOMENTS[moment]
    real = getattr(where, name)

    def deadly(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            die()
        result = real(*args, **kwargs)
        if result is not None or name != "look":
            die()
        return result

    setattr(where, name, deadly)
    scene.record(*drafts)
    scene.settle()


def hold(scene: Scene, turns: Any) -> None:
    """Send what waits, then keep on looking; each turn is told."""
    scene.sequencer().drain(timeout_seconds=BOUND_SECONDS, progress=lambda _: turns.put(1))
