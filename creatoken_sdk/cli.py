"""The command `creatoken`. Errors that are raised on purpose are told in one line."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from creatoken_sdk.errors import CreatokenError

if TYPE_CHECKING:
    from creatoken_sdk.demo.report import Report

__all__ = ["MissingExtraError", "app", "main"]

_PLAIN_WIDTH = 100
_EXTRAS = {"numpy": "demo", "PIL": "demo"}

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


class MissingExtraError(CreatokenError):
    """A command needs a package that is not installed by default."""


def main() -> None:
    """Run the command line; exit with 1 if something failed, with 2 if it was called wrongly."""
    try:
        app()
    except CreatokenError as error:
        from creatoken_sdk.demo.report import plain

        print(f"creatoken: {plain(str(error))}", file=sys.stderr)
        sys.exit(1)


@app.callback()
def _creatoken() -> None:
    """Provenance and pay for work made by people and AI."""


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Where to leave pictures and records.")] = Path("out"),
    as_json: Annotated[bool, typer.Option("--json", help="Print the story as JSON.")] = False,
) -> None:
    """Tell the whole story on a local chain: made, signed, approved, paid and verified."""
    report = _tell(out, _console(quiet=as_json))
    if as_json:
        print(json.dumps(report.to_json(), indent=2))
    raise typer.Exit(0 if report.passed else 1)


def _tell(out: Path, console: Console) -> Report:
    try:
        from creatoken_sdk.demo.story import run
    except ModuleNotFoundError as error:
        raise _missing(error) from error
    return run(out, console)


def _missing(error: ModuleNotFoundError) -> Exception:
    if error.name not in _EXTRAS:
        return error
    extra = _EXTRAS[error.name]
    return MissingExtraError(
        f"{error.name} is not installed; run `pip install 'creatoken-sdk[{extra}]'`"
    )


def _console(*, quiet: bool) -> Console:
    width = None if sys.stdout.isatty() else _PLAIN_WIDTH
    return Console(quiet=quiet, width=width, highlight=False)
