"""The command `creatoken`. Errors raised on purpose, and those of files, are told in one line.

A module here is a group of commands. Its imports are light: help must be there at once.
"""

from __future__ import annotations

import sys

import typer

from creatoken_sdk.cli import brand, demo, mcp, studio, tracing, verify
from creatoken_sdk.errors import CreatokenError
from creatoken_sdk.terminal import printable

__all__ = ["app", "main"]

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(brand.app, name="brand")
for command in (
    tracing.trace,
    tracing.boundary,
    demo.demo,
    studio.relay,
    studio.status,
    verify.verify,
    studio.rescue,
    mcp.mcp,
):
    app.command()(command)


def main() -> None:
    """Run the command line; exit with 1 if something failed, with 2 if it was called wrongly."""
    try:
        app()
    except (CreatokenError, OSError) as error:
        print(f"creatoken: {printable(str(error))}", file=sys.stderr)
        sys.exit(1)


@app.callback()
def _creatoken() -> None:
    """Provenance and pay for work made by people and AI."""
