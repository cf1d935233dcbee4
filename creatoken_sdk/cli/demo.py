"""The command `creatoken demo`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from creatoken_sdk.cli.extras import require
from creatoken_sdk.cli.options import AsJson

__all__ = ["demo"]

_PLAIN_WIDTH = 100


def demo(
    out: Annotated[Path, typer.Option(help="Where to leave pictures and records.")] = Path("out"),
    as_json: AsJson = False,
) -> None:
    """Tell the whole story on a local chain: made, signed, approved, paid and verified."""
    require("demo")
    from creatoken_sdk.demo.story import run

    report = run(out, _console(quiet=as_json))
    if as_json:
        print(json.dumps(report.to_json(), indent=2))
    raise typer.Exit(0 if report.passed else 1)


def _console(*, quiet: bool) -> Console:
    width = None if sys.stdout.isatty() else _PLAIN_WIDTH
    return Console(quiet=quiet, width=width, highlight=False)
